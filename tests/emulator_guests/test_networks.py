"""Two guests at one switch: what their ports are decides what passes between them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.port import AccessVlan, Direction, PortRange, PortRule, PortSpec, Protocol, TrunkVlan
from openhyperv.machine.switch import SwitchSpec
from tests.capabilities import shows
from tests.emulator_guests.booting import running
from tests.emulator_guests.networked import Networked, boot
from tests.emulator_network.crafting import BROADCAST, GRE, SCTP, ethernet, ipv4
from tests.hyperv.specs import GEN_1, GEN_2

pytestmark = [pytest.mark.guest, pytest.mark.timeout(900)]
SWITCH = "lab"
SSH_ONLY = (PortRule(Direction.INCOMING, protocol=Protocol.TCP, ports=PortRange(22, 22), stateful=True),)
FROM_PEER, FROM_HOT = "88b5aaaa", "88b6bbbb"
"""Local experimental EtherTypes (IEEE 802) with something after them."""
HOT_MAC = "00155D0000AA"


@frozen
class Lab:
    """``hot`` is of generation 2, so that cards can come while it runs."""

    hot: Networked
    peer: Networked

    def bind_both(self, **port: object) -> None:
        """Give both the same port."""
        for guest in (self.hot, self.peer):
            guest.bind(PortSpec(switch=SWITCH, **port))  # type: ignore[arg-type]  # fields of PortSpec


@pytest.fixture(scope="module")
def booted(images: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running(tmp_path_factory.mktemp("host")) as hosting:
        hosting[1].switches.create(SwitchSpec(name=SWITCH))
        hot = boot(hosting, images / "gen2.vhdx", SWITCH, 1, GEN_2)
        peer = boot(hosting, images / "gen1.vhdx", SWITCH, 2, GEN_1)
        yield Lab(hot.up(), peer.up())


@pytest.fixture
def lab(booted: Lab) -> Iterator[Lab]:
    """Both in the untagged network, with no rules."""
    booted.bind_both()
    yield booted
    for guest in (booted.hot, booted.peer):
        guest.end_background()


@shows("N5", "N6", "N7", guest=True)
def test_one_vlan_joins_and_two_part(lab: Lab) -> None:
    assert lab.hot.pings(lab.peer)
    lab.bind_both(vlan=AccessVlan(7))
    assert lab.hot.pings(lab.peer)
    lab.peer.bind(PortSpec(switch=SWITCH, vlan=AccessVlan(8)))
    assert not lab.hot.pings(lab.peer)
    lab.hot.bind(PortSpec(switch=SWITCH, vlan=AccessVlan(8)))
    assert lab.peer.pings(lab.hot)


@shows("N8", guest=True)
def test_a_trunk_brings_tagged_vlans_into_the_guest(lab: Lab) -> None:
    lab.hot.bind(PortSpec(switch=SWITCH, vlan=TrunkVlan((7, 9))))
    lab.peer.bind(PortSpec(switch=SWITCH, vlan=AccessVlan(7)))
    assert not lab.peer.pings(lab.hot), "it has no address in that VLAN yet"
    lab.hot.shell.run("ip addr flush dev eth0 && vconfig add eth0 7 && ip link set eth0.7 up")
    try:
        lab.hot.shell.run(f"ip addr add {lab.hot.address}/24 dev eth0.7")
        assert lab.peer.pings(lab.hot)
        lab.peer.bind(PortSpec(switch=SWITCH, vlan=AccessVlan(9)))
        assert not lab.peer.pings(lab.hot)
    finally:
        lab.hot.shell.run(f"vconfig rem eth0.7 && ip addr add {lab.hot.address}/24 dev eth0")


@shows("N9", "N10", guest=True)
def test_a_security_group_lets_exactly_one_port_through(lab: Lab) -> None:
    for tcp_port in (22, 23):
        lab.hot.says("hello", tcp_port)
    others = [
        ethernet(lab.peer.mac, lab.hot.mac, ipv4(lab.peer.address, lab.hot.address, protocol, bytes(32)))
        for protocol in (GRE, SCTP)
    ]
    lab.hot.listen()
    assert (lab.peer.reads(lab.hot, 22), lab.peer.reads(lab.hot, 23)) == ("hello", "hello")
    lab.peer.send(*others)
    assert [lab.hot.heard(frame.hex()) for frame in others] == [1, 1]
    lab.hot.bind(PortSpec(switch=SWITCH, rules=SSH_ONLY))
    assert (lab.peer.reads(lab.hot, 22), lab.peer.reads(lab.hot, 23)) == ("hello", "")
    lab.peer.send(*others)
    assert not lab.peer.pings(lab.hot)
    assert not lab.hot.pings(lab.peer), "nothing that it begins itself passes either"
    assert lab.peer.reads(lab.hot, 22) == "hello"
    assert [lab.hot.heard(frame.hex()) for frame in others] == [1, 1], "none has come since"


@shows("N13", guest=True)
def test_nobody_sends_from_anothers_address(lab: Lab) -> None:
    stranger = bytes.fromhex("02a1b2c3d4e5")
    lab.hot.listen()
    lab.peer.send(ethernet(stranger, BROADCAST, bytes.fromhex(FROM_PEER)))
    lab.peer.send(ethernet(lab.peer.mac, BROADCAST, bytes.fromhex(FROM_PEER)))
    lab.hot.await_frame(FROM_PEER)
    assert (lab.hot.heard(stranger.hex()), lab.hot.heard(FROM_PEER)) == (0, 1)


@shows("F9", guest=True)
def test_a_card_that_is_plugged_in_is_isolated_from_its_first_frame_on(lab: Lab) -> None:
    """Both shout all the time, the card from the moment that the guest has it."""
    hot, peer = lab.hot, lab.peer
    from_peer = ethernet(peer.mac, BROADCAST, bytes.fromhex(FROM_PEER)).hex()
    from_hot = ethernet(bytes.fromhex(HOT_MAC), BROADCAST, bytes.fromhex(FROM_HOT)).hex()
    peer.listen()
    hot.listen()
    peer.in_background(f"exec frames repeat eth0 {from_peer}")
    hot.in_background(f"exec frames repeat eth1 {from_hot}")
    hot.in_background("while ! ip link set eth1 up; do :; done")
    hot.await_frame(FROM_PEER)
    hot.machine.adapters.add(NetworkAdapter("eth1", HOT_MAC, SWITCH, 7))
    try:
        hot.shell.run_until("cat /sys/class/net/eth1/operstate 2>/dev/null || true", "up")
        sent = "/sys/class/net/eth1/statistics/tx_packets"
        hot.shell.run_until(f"[ $(cat {sent}) -gt 50 ] && echo many || true", "many")
        assert hot.heard(f"eth1.*{FROM_PEER}") == 0
        assert peer.heard(FROM_HOT) == 0
        hot.machine.adapters.change(NetworkAdapter("eth1", HOT_MAC, SWITCH))
        hot.await_frame(f"eth1 {from_peer}")
        peer.await_frame(FROM_HOT)
    finally:
        hot.end_background()
        hot.machine.adapters.remove("eth1")
