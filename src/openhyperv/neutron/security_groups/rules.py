"""Security groups as rules of a port on a Hyper-V switch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from neutron_lib import constants
from oslo_log import log as logging

from openhyperv.machine.port import Direction, Network, PortRange, PortRule, Protocol
from openhyperv.neutron.security_groups.fixed_rules import fixed_rules
from openhyperv.neutron.security_groups.information import GroupRule, PortGroups

LOG = logging.getLogger(__name__)

_WITH_PORTS = {constants.PROTO_NUM_TCP: Protocol.TCP, constants.PROTO_NUM_UDP: Protocol.UDP}
_ICMP = {4: Protocol.ICMP, 6: Protocol.ICMPV6}
_ICMP_NUMBERS = {constants.PROTO_NUM_ICMP, constants.PROTO_NUM_IPV6_ICMP}


def port_rules(groups: PortGroups, *, is_shared: bool = False) -> tuple[PortRule, ...]:
    """Everything that a port lets through; what a guest sends has to come from an address of its own.

    Where the port on the switch ``is_shared`` with other ports of a trunk, what comes in is let through to
    addresses of its own alone.

    A rule that Hyper-V cannot keep as it is, one about types of ICMP or ports of other protocols than TCP and
    UDP, is left out and logged: less passes then, never more. Hyper-V remembers sessions of TCP and UDP only:
    answers of other protocols need rules of their own.
    """
    found = dict.fromkeys(fixed_rules(groups))
    for rule in groups.rules:
        found.update(dict.fromkeys(_translate(rule, groups, is_shared=is_shared)))
    return tuple(found)


def _translate(rule: GroupRule, groups: PortGroups, *, is_shared: bool) -> Iterator[PortRule]:
    protocols = list(_protocols(rule))
    if not protocols:
        LOG.warning(
            "Port %s lets nothing through by a rule that Hyper-V cannot keep: %s", groups.port_id, rule
        )
    for remote in rule.remotes:
        for local in _locals(rule, groups, is_shared=is_shared):
            for protocol, ports in protocols:
                yield PortRule(
                    rule.direction,
                    protocol=protocol,
                    remote=remote,
                    local=local,
                    ports=ports,
                    stateful=rule.is_stateful and protocol in (Protocol.TCP, Protocol.UDP),
                )


def _locals(rule: GroupRule, groups: PortGroups, *, is_shared: bool) -> Sequence[Network | None]:
    """The guest's ends of a rule: any for what comes in, and its own addresses for what goes out."""
    if rule.direction is Direction.INCOMING and not is_shared:
        return [None]
    return groups.ipv4 if rule.version == 4 else groups.ipv6


def _protocols(rule: GroupRule) -> Iterator[tuple[Protocol | int, PortRange | None]]:
    """What a rule is about; nothing where Hyper-V knows no such rule.

    Any protocol is three rules, since sessions are remembered of TCP and UDP only.
    """
    number = _number(rule.protocol)
    has_range = rule.first is not None or rule.last is not None
    if number is None:
        if not has_range:
            yield from ((Protocol.TCP, None), (Protocol.UDP, None), (Protocol.ANY, None))
    elif number in _WITH_PORTS:
        yield _WITH_PORTS[number], _ports(rule) if has_range else None
    elif not has_range:
        yield (_ICMP[rule.version] if number in _ICMP_NUMBERS else number), None


def _ports(rule: GroupRule) -> PortRange:
    first = 0 if rule.first is None else rule.first
    return PortRange(first, 65_535 if rule.last is None else rule.last)


def _number(protocol: str | None) -> int | None:
    """A protocol's number; None for any."""
    if protocol is None or str(protocol).lower() == "any":
        return None
    known = constants.IP_PROTOCOL_MAP.get(str(protocol).lower())
    return int(protocol) if known is None else int(known)
