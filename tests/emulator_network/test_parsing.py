"""Whatever comes from a guest is read or refused: nothing else happens, and nothing reads past its end."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from openhyperv.emulator.network.frames import read_frame
from openhyperv.emulator.network.packets import Packet, read_packet
from openhyperv.emulator.network.unreadable import Unreadable
from tests.emulator_network.crafting import ICMPV6, TCP, UDP, icmp, ipv4, ipv6, options_header, tcp, udp

V4, V6 = ("10.0.0.1", "10.0.0.2"), ("fd00::1", "fd00::2")
WHOLE = (
    ipv4(*V4, TCP, tcp(5000, 22)),
    ipv4(*V4, UDP, udp(5000, 22)),
    ipv6(*V6, ICMPV6, icmp(128)),
    ipv6(*V6, 0, options_header(60, 1) + options_header(TCP) + tcp(5000, 22)),
    b"\x88\xa8\x00\x05" + ipv4(*V4, TCP, tcp(5000, 22)),
)
ETHERTYPES = st.sampled_from(
    [b"\x08\x00", b"\x86\xdd", b"\x81\x00", b"\x88\xa8", b"\x00\x20\xaa\xaa\x03\0\0\0"]
)


def read(body: bytes) -> Packet | Unreadable | None:
    try:
        return read_packet(body)
    except Unreadable as unreadable:
        return unreadable


@given(st.binary(max_size=200))
@example(b"")
def test_any_bytes_are_a_frame_or_none(data: bytes) -> None:
    frame = read_frame(data)
    if frame is not None:
        tag = frame.vlan_id or 0
        assert frame.to_bytes(tag, with_priority=True)[-len(frame.body) :] == frame.body or not frame.body
        assert len(frame.destination) == len(frame.source) == 6


@given(ETHERTYPES, st.binary(max_size=120))
def test_any_bytes_are_a_packet_unreadable_or_something_else(ethertype: bytes, data: bytes) -> None:
    packet = read(ethertype + data)
    if isinstance(packet, Packet):
        assert packet.version in (4, 6)
        assert packet.source.bit_length() <= 128


@given(st.sampled_from(WHOLE), st.data())
def test_what_is_cut_off_is_unreadable(body: bytes, data: st.DataObject) -> None:
    """No part of a packet is taken for all of it: its lengths tell."""
    assert isinstance(read(body), Packet)
    size = data.draw(st.integers(2, len(body) - 1))
    assert isinstance(read(body[:size]), Unreadable)


@given(st.sampled_from(WHOLE[:4]), st.binary(max_size=46))
def test_padding_changes_nothing(body: bytes, padding: bytes) -> None:
    bare, padded = read(body), read(body + padding)
    assert isinstance(bare, Packet)
    assert isinstance(padded, Packet)
    assert (bare.protocol, bare.source_port, bare.destination_port) == (
        padded.protocol,
        padded.source_port,
        padded.destination_port,
    )


@given(st.lists(st.tuples(st.sampled_from([0, 43, 60]), st.integers(0, 3)), max_size=7))
def test_the_port_is_found_behind_any_headers(headers: list[tuple[int, int]]) -> None:
    kinds = [*(kind for kind, _ in headers), TCP]
    chain = b"".join(
        options_header(following, units) for following, (_, units) in zip(kinds[1:], headers, strict=True)
    )
    packet = read(ipv6(*V6, kinds[0], chain + tcp(5000, 22)))
    assert isinstance(packet, Packet)
    assert (packet.protocol, packet.destination_port) == (TCP, 22)


@given(st.integers(1, 0x1FFF), st.binary(min_size=8, max_size=64))
def test_later_fragments_never_tell_ports(offset: int, payload: bytes) -> None:
    packet = read(ipv4(*V4, UDP, payload, offset=offset))
    assert isinstance(packet, Packet)
    assert packet.source_port is packet.destination_port is None
