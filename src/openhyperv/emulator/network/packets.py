"""IP packets as access rules look at them: addresses, protocol and ports, whatever is before them.

A packet that hides what rules are about is :class:`Unreadable`, not something else: headers that are cut off
or overlap (RFC 1858, RFC 7112), and encapsulations of other layers that carry IP.
"""

from __future__ import annotations

from enum import IntEnum

from attrs import frozen

from openhyperv.emulator.network import ipv6_headers
from openhyperv.emulator.network.unreadable import Unreadable

_TAGS = frozenset({0x8100, 0x88A8, 0x9100})
_ENCAPSULATIONS = frozenset({0x8847, 0x8848, 0x8864})
"""MPLS and sessions of PPPoE: they carry IP packets where no switch looks for them."""
_MOST_TAGS = 2
_IPV4, _IPV6 = 0x0800, 0x86DD
_HIGHEST_LENGTH = 0x05FF
"""Below EtherTypes: the length of an IEEE 802.3 frame."""
_SNAP = b"\xaa\xaa\x03\x00\x00\x00"


class IpProtocol(IntEnum):
    """Protocols whose headers rules look into (IANA)."""

    ICMP = 1
    TCP = 6
    UDP = 17
    ICMPV6 = 58


@frozen(eq=False)
class Packet:
    """Addresses as numbers; ports and ``icmp_type`` are None where the protocol or the fragment has none."""

    version: int
    source: int
    destination: int
    protocol: int
    source_port: int | None = None
    destination_port: int | None = None
    icmp_type: int | None = None
    tcp_flags: int = 0

    @property
    def has_ports(self) -> bool:
        """False for later fragments, too."""
        return self.source_port is not None

    @property
    def may_have_ports(self) -> bool:
        """True for a later fragment of a packet that has them."""
        return self.protocol in (IpProtocol.TCP, IpProtocol.UDP)


def read_packet(body: bytes) -> Packet | None:
    """The IP packet in a frame, from the EtherType on; None where the frame carries none.

    :raises Unreadable: it may carry one, but that cannot be judged
    """
    kind, at = _network_layer(body)
    if kind == _IPV4:
        return _ipv4(body[at:])
    if kind == _IPV6:
        return _ipv6(body[at:])
    if kind in _ENCAPSULATIONS or kind in _TAGS:
        raise Unreadable("another encapsulation")
    return None


def _network_layer(body: bytes) -> tuple[int, int]:
    """The EtherType behind tags, and where what follows it begins."""
    kind, at = _number(body, 0), 2
    for _ in range(_MOST_TAGS):
        if kind not in _TAGS:
            break
        kind, at = _number(body, at + 2), at + 4
    if kind <= _HIGHEST_LENGTH and body[at : at + 6] == _SNAP:
        return _number(body, at + 6), at + 8
    return kind, at


def _number(data: bytes, at: int) -> int:
    if len(data) < at + 2:
        raise Unreadable("cut off")
    return data[at] << 8 | data[at + 1]


def _ipv4(data: bytes) -> Packet:
    """RFC 791; options are skipped, padding behind the packet is ignored."""
    if len(data) < 20 or data[0] >> 4 != 4:
        raise Unreadable("no IPv4 header")
    header_bytes, total_bytes = (data[0] & 15) * 4, _number(data, 2)
    if not 20 <= header_bytes <= total_bytes <= len(data):
        raise Unreadable("lengths that do not fit")
    source, destination = int.from_bytes(data[12:16], "big"), int.from_bytes(data[16:20], "big")
    offset = _number(data, 6) & 0x1FFF
    return _transport(4, source, destination, data[9], data[header_bytes:total_bytes], offset)


def _ipv6(data: bytes) -> Packet:
    """RFC 8200; what comes before the upper layer is in :mod:`ipv6_headers`."""
    if len(data) < 40 or data[0] >> 4 != 6:
        raise Unreadable("no IPv6 header")
    end = 40 + _number(data, 4)
    if end > len(data):
        raise Unreadable("lengths that do not fit")
    source, destination = int.from_bytes(data[8:24], "big"), int.from_bytes(data[24:40], "big")
    upper = ipv6_headers.upper_layer(data[6], data[40:end])
    return _transport(6, source, destination, upper.protocol, upper.payload, upper.fragment_offset)


def _transport(
    version: int, source: int, destination: int, protocol: int, payload: bytes, offset: int
) -> Packet:
    """The upper layer; a later fragment has none, a first one must have all of it that rules look at."""
    if offset:
        if protocol == IpProtocol.TCP and offset == 1:
            raise Unreadable("a fragment that overwrites a TCP header")
        return Packet(version, source, destination, protocol)
    if protocol in (IpProtocol.TCP, IpProtocol.UDP):
        if len(payload) < (20 if protocol == IpProtocol.TCP else 8):
            raise Unreadable("a header that is cut off")
        flags = payload[13] if protocol == IpProtocol.TCP else 0
        ports = _number(payload, 0), _number(payload, 2)
        return Packet(version, source, destination, protocol, *ports, tcp_flags=flags)
    if protocol in (IpProtocol.ICMP, IpProtocol.ICMPV6):
        if len(payload) < 4:
            raise Unreadable("a header that is cut off")
        return Packet(version, source, destination, protocol, icmp_type=payload[0])
    return Packet(version, source, destination, protocol)
