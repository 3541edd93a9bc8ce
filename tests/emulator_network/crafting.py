"""Frames made by hand, with the standard library alone."""

from __future__ import annotations

import struct
from ipaddress import IPv4Address, IPv6Address, ip_address

BROADCAST = bytes.fromhex("ffffffffffff")
TCP, UDP, ICMP, ICMPV6, GRE, SCTP = 6, 17, 1, 58, 47, 132
SYN, ACK, RST = 0x02, 0x10, 0x04


def ethernet(source: bytes, destination: bytes, body: bytes, *tags: int) -> bytes:
    """A frame; ``tags`` are VLANs, the outermost first, in the upper bits a priority."""
    between = b"".join(struct.pack("!HH", 0x8100, tag) for tag in tags)
    return destination + source + between + body


def ipv4(
    source: str, destination: str, protocol: int, payload: bytes, *, offset: int = 0, more: bool = False
) -> bytes:
    """A packet or, by ``offset`` in units of 8 bytes, a fragment, with its EtherType before it."""
    ends = IPv4Address(source).packed + IPv4Address(destination).packed
    fragment = offset | (0x2000 if more else 0)
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(payload), 7, fragment, 64, protocol, 0)
    return b"\x08\x00" + header + ends + payload


def ipv6(source: str, destination: str, kind: int, payload: bytes) -> bytes:
    """A packet whose first header after IPv6's own is of that kind, with its EtherType before it."""
    ends = IPv6Address(source).packed + IPv6Address(destination).packed
    return b"\x86\xdd" + struct.pack("!IHBB", 6 << 28, len(payload), kind, 64) + ends + payload


def ip(source: str, destination: str, protocol: int, payload: bytes) -> bytes:
    """A whole packet of the family that the addresses are of."""
    make = ipv4 if ip_address(source).version == 4 else ipv6
    return make(source, destination, protocol, payload)


def tcp(source_port: int, destination_port: int, flags: int = SYN) -> bytes:
    """A segment without data."""
    return struct.pack("!HHIIBBHHH", source_port, destination_port, 0, 0, 0x50, flags, 0, 0, 0)


def udp(source_port: int, destination_port: int, data: bytes = b"data") -> bytes:
    """A datagram."""
    return struct.pack("!HHHH", source_port, destination_port, 8 + len(data), 0) + data


def icmp(kind: int, code: int = 0) -> bytes:
    """A message of ICMP or ICMPv6."""
    return bytes([kind, code, 0, 0, 0, 0, 0, 0])


def arp(source: bytes) -> bytes:
    """A question that every address gets, with its EtherType before it."""
    return b"\x08\x06" + bytes.fromhex("0001080006040001") + source + bytes(16)


def options_header(following: int, units: int = 0) -> bytes:
    """An IPv6 header of options, padded, before another one."""
    size = 8 * (units + 1)
    return bytes([following, units, 1, size - 4]) + bytes(size - 4)


def fragment_header(following: int, offset: int, *, more: bool = False) -> bytes:
    """The IPv6 header of a fragment; ``offset`` in units of 8 bytes."""
    return struct.pack("!BBHI", following, 0, offset << 3 | more, 99)
