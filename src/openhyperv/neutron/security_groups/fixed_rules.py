"""What every filtered port may do besides, so that a guest gets its addresses and finds its neighbours.

As the firewalls of Neutron's other agents have it: DHCP, and with IPv6 the neighbour discovery of its link.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network

from openhyperv.machine.port import Direction, Network, PortRange, PortRule, Protocol
from openhyperv.neutron.security_groups.information import PortGroups

_IN, _OUT = Direction.INCOMING, Direction.OUTGOING
_IPV4, _IPV6 = IPv4Network("0.0.0.0/0"), IPv6Network("::/0")
_BROADCAST = IPv4Network("255.255.255.255/32")
_LINK_LOCAL = IPv6Network("fe80::/10")
_LINK_MULTICAST = IPv6Network("ff02::/16")
_UNSPECIFIED = IPv6Network("::/128")
_LINK_PREFIX = 64
"""The length of a link's prefix (RFC 4291, section 2.5.4)."""

_DHCP_SERVER, _DHCP_CLIENT = PortRange(67, 67), PortRange(68, 68)
_DHCPV6_SERVER, _DHCPV6_CLIENT = PortRange(547, 547), PortRange(546, 546)


def fixed_rules(groups: PortGroups) -> Iterator[PortRule]:
    """For the families that the port has addresses of; nothing of another one passes."""
    if groups.ipv4:
        yield from _dhcp(groups.ipv4)
    if groups.ipv6:
        yield from _dhcpv6(groups.ipv6)
        yield from _neighbours(groups.ipv6)


def _dhcp(own: list[Network]) -> Iterator[PortRule]:
    yield PortRule(_OUT, protocol=Protocol.UDP, remote=_IPV4, ports=_DHCP_SERVER)
    for address in (*own, _BROADCAST):
        yield PortRule(_IN, protocol=Protocol.UDP, local=address, ports=_DHCP_CLIENT)


def _dhcpv6(own: list[Network]) -> Iterator[PortRule]:
    for address in own:
        yield PortRule(_OUT, protocol=Protocol.UDP, remote=_IPV6, local=address, ports=_DHCPV6_SERVER)
        yield PortRule(_IN, protocol=Protocol.UDP, local=address, ports=_DHCPV6_CLIENT)


def _neighbours(own: list[Network]) -> Iterator[PortRule]:
    """ICMPv6 on the link only: Hyper-V's rules know no types, so they cannot single discovery out."""
    links = sorted({_LINK_LOCAL, *map(_link_of, own)}, key=str)
    for link in (*links, _UNSPECIFIED):
        yield PortRule(_IN, protocol=Protocol.ICMPV6, remote=link)
    for address in (*own, _UNSPECIFIED):
        for link in (*links, _LINK_MULTICAST):
            yield PortRule(_OUT, protocol=Protocol.ICMPV6, remote=link, local=address)


def _link_of(address: Network) -> IPv6Network:
    return IPv6Network((int(address.network_address), _LINK_PREFIX), strict=False)
