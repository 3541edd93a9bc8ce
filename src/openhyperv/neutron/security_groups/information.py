"""What Neutron's server tells of ports' security groups, typed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv6Network, ip_network
from typing import Any

from attrs import frozen
from neutron_lib import constants
from oslo_utils import netutils

from openhyperv.machine.port import Direction, Network

_VERSIONS = {constants.IPv4: 4, constants.IPv6: 6}
_DIRECTIONS = {
    constants.INGRESS_DIRECTION: Direction.INCOMING,
    constants.EGRESS_DIRECTION: Direction.OUTGOING,
}
_REMOTE_PREFIX = {Direction.INCOMING: "source_ip_prefix", Direction.OUTGOING: "dest_ip_prefix"}
"""A rule's prefix is that of the other end; the words are those of the packet."""


@frozen
class GroupRule:
    """One rule of a group: it allows, and nothing else is allowed.

    ``first`` and ``last`` are ports, or with ICMP a type and a code. ``remotes`` are the networks of the
    other end, in the rule's family; a rule about a group that nobody is in has none.
    """

    direction: Direction
    version: int
    protocol: str | None
    first: int | None
    last: int | None
    remotes: tuple[Network, ...]
    is_stateful: bool


@frozen
class PortGroups:
    """The groups of a port with all of their rules, and the ``addresses`` that its guest may have.

    ``concerning`` are the groups whose change is one of the port: its own, and those that their rules name.
    """

    port_id: str
    mac_address: str
    addresses: frozenset[Network]
    rules: tuple[GroupRule, ...]
    concerning: frozenset[str]

    @property
    def ipv4(self) -> list[Network]:
        """The guest's addresses and networks of IPv4."""
        return sorted((each for each in self.addresses if each.version == 4), key=str)

    @property
    def ipv6(self) -> list[Network]:
        """Those of IPv6, with the one that a guest gives itself on its link (RFC 4291, appendix A)."""
        given = [each for each in self.addresses if each.version == 6]
        own = IPv6Network(str(netutils.get_ipv6_addr_by_EUI64("fe80::", self.mac_address)))
        return sorted([*given, own], key=str) if given else []


def read_groups(answer: Mapping[str, Any]) -> Iterator[PortGroups]:
    """The answer of ``security_group_info_for_devices`` (version 1.3) by port."""
    for port_id, port in answer["devices"].items():
        own: Sequence[str] = port["security_groups"]
        remotes = [
            *port.get("security_group_source_groups", ()),
            *port.get("security_group_remote_address_groups", ()),
        ]
        yield PortGroups(
            port_id=port_id,
            mac_address=port["mac_address"],
            addresses=frozenset(_addresses(port)),
            rules=tuple(
                _rule(rule, answer["sg_member_ips"])
                for group in own
                for rule in answer["security_groups"].get(group, ())
            ),
            concerning=frozenset([*own, *remotes]),
        )


def _addresses(port: Mapping[str, Any]) -> Iterator[Network]:
    """Of the port itself, as texts or as Neutron's API has them, and of its allowed address pairs."""
    for address in port["fixed_ips"]:
        yield ip_network(address if isinstance(address, str) else address["ip_address"])
    for pair in port.get("allowed_address_pairs") or ():
        yield ip_network(pair["ip_address"], strict=False)


def _rule(rule: Mapping[str, Any], members: Mapping[str, Mapping[str, Any]]) -> GroupRule:
    direction = _DIRECTIONS[rule["direction"]]
    return GroupRule(
        direction=direction,
        version=_VERSIONS[rule["ethertype"]],
        protocol=rule.get("protocol"),
        first=rule.get("port_range_min"),
        last=rule.get("port_range_max"),
        remotes=tuple(_remotes(rule, direction, members)),
        is_stateful=rule.get("stateful", True),
    )


def _remotes(
    rule: Mapping[str, Any], direction: Direction, members: Mapping[str, Mapping[str, Any]]
) -> Iterator[Network]:
    group = rule.get("remote_group_id") or rule.get("remote_address_group_id")
    if group is not None:
        for address, _ in sorted(members.get(group, {}).get(rule["ethertype"], ())):
            yield ip_network(address, strict=False)
        return
    everywhere = "0.0.0.0/0" if rule["ethertype"] == constants.IPv4 else "::/0"
    yield ip_network(rule.get(_REMOTE_PREFIX[direction]) or everywhere, strict=False)
