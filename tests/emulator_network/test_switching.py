"""A switch learns, floods and separates; ports that lead nowhere let nothing through."""

from __future__ import annotations

import threading

from openhyperv.emulator.network.fabric import Fabric
from openhyperv.emulator.network.settings import MonitorMode, PortSettings, Security
from tests.emulator_network.crafting import BROADCAST, UDP, arp, ethernet, ipv4, udp
from tests.emulator_network.wires import STRANGER, SWITCH, Lab, everybody, wait_until

OTHER_SWITCH = "0D8F2F44-2E5A-4C0E-9A55-6D0C7F5F7C11"
MULTICAST = bytes.fromhex("01005e000001")
HELLO = ipv4("10.0.0.1", "10.0.0.2", UDP, udp(9, 9))
SPOOFING = Security(allow_mac_spoofing=True)


def test_frames_for_one_go_to_one(lab: Lab) -> None:
    first, second, third = lab.add("first"), lab.add("second"), lab.add("third")
    frame = ethernet(first.mac, second.mac, HELLO)
    lab.send(first, frame)
    assert (second.received(), third.received(), first.received()) == ([frame], [], [])


def test_frames_for_many_go_to_all_others(lab: Lab) -> None:
    first, second, third = lab.add("first"), lab.add("second"), lab.add("third")
    for destination in (BROADCAST, MULTICAST):
        frame = ethernet(first.mac, destination, arp(first.mac))
        lab.send(first, frame)
        assert (second.received(), third.received(), first.received()) == ([frame], [frame], [])


def test_where_addresses_are_is_learned(lab: Lab) -> None:
    sender = lab.add("sender")
    bridge, other = lab.add("bridge", security=SPOOFING), lab.add("other", security=SPOOFING)
    frame = ethernet(sender.mac, STRANGER, HELLO)
    lab.send(sender, frame)
    assert (bridge.received(), other.received()) == ([frame], [frame]), "nobody knows yet where it is"
    lab.send(bridge, ethernet(STRANGER, BROADCAST, arp(STRANGER)))
    other.received()
    lab.send(sender, frame)
    assert (bridge.received(), other.received()) == ([frame], [])
    lab.change(bridge, switch=None)
    lab.change(bridge, switch="anywhere else")
    lab.send(sender, frame)
    assert (bridge.received(), other.received()) == ([], [frame]), "who has gone is forgotten"


def test_nobody_takes_what_is_for_anothers_own_address(lab: Lab) -> None:
    sender, victim = lab.add("sender"), lab.add("victim")
    thief = lab.add("thief", security=SPOOFING)
    lab.send(thief, ethernet(victim.mac, BROADCAST, arp(victim.mac)))
    victim.received()
    assert lab.passes(sender, victim, HELLO)


def test_unknown_addresses_are_no_business_of_plain_ports(lab: Lab) -> None:
    sender, plain = lab.add("sender"), lab.add("plain")
    lab.send(sender, ethernet(sender.mac, STRANGER, HELLO))
    assert plain.received() == []


def test_switches_are_apart(lab: Lab) -> None:
    first, second = lab.add("first"), lab.add("second", switch=OTHER_SWITCH)
    lab.send(first, everybody(first))
    assert second.received() == []
    lab.change(second, switch=lab.settings["first"].switch)
    lab.send(first, everybody(first))
    assert len(second.received()) == 1


def test_a_port_nobody_has_defined_lets_nothing_through(lab: Lab) -> None:
    first = lab.add("first")
    unknown = lab.plug("unknown")
    lab.send(unknown, everybody(unknown))
    lab.send(first, everybody(first))
    assert (first.received(), unknown.received()) == ([], [])


def test_a_disconnected_port_lets_nothing_through(lab: Lab) -> None:
    first, second = lab.add("first"), lab.add("second")
    lab.change(second, switch=None)
    assert not lab.passes(first, second, HELLO)
    assert not lab.passes(second, first, HELLO)
    lab.change(second, switch=lab.settings["first"].switch)
    assert lab.passes(first, second, HELLO)


def test_a_card_that_goes_leaves_nothing(lab: Lab, fabric: Fabric) -> None:
    first, second = lab.add("first"), lab.add("second")
    second.end.close()
    lab.send(first, everybody(first))
    fabric.define("second", {})
    lab.send(first, everybody(first))
    assert fabric.traffic("second", "nic").received.packets == 0


def test_ports_count_both_ways(lab: Lab) -> None:
    first, second = lab.add("first"), lab.add("second")
    frame = everybody(first)
    lab.send(first, frame, ethernet(STRANGER, second.mac, HELLO))
    sent, received = lab.traffic(first).sent, lab.traffic(second).received
    assert (sent.broadcast, sent.directed, sent.dropped, sent.total_bytes) == (1, 0, 1, len(frame))
    assert (received.packets, received.total_bytes) == (1, len(frame))


def test_monitored_ports_are_seen_by_the_ports_of_their_session(lab: Lab) -> None:
    watched = lab.add("watched", security=Security(monitor=MonitorMode.SOURCE, monitor_session=4))
    watcher = lab.add("watcher", security=Security(monitor=MonitorMode.DESTINATION, monitor_session=4))
    stranger = lab.add("stranger", security=Security(monitor=MonitorMode.DESTINATION, monitor_session=5))
    peer, other = lab.add("peer"), lab.add("other")
    there, back = ethernet(watched.mac, peer.mac, HELLO), ethernet(peer.mac, watched.mac, HELLO)
    lab.send(watched, there)
    lab.send(peer, back)
    lab.send(peer, ethernet(peer.mac, other.mac, HELLO))
    assert watcher.received() == [there, back]
    assert stranger.received() == []


def test_somebody_who_does_not_read_holds_nobody_up(lab: Lab) -> None:
    first, deaf, third = lab.add("first"), lab.add("deaf"), lab.add("third")
    frame = ethernet(first.mac, deaf.mac, b"\x88\xb5" + bytes(1400))
    for _ in range(40):
        lab.send(first, *[frame] * 64)
    assert lab.traffic(deaf).received.dropped > 0
    assert lab.passes(first, third, HELLO)


def test_a_limit_makes_the_sender_wait_and_loses_nothing(lab: Lab) -> None:
    slow, second = lab.add("slow", limit_bps=8_000_000), lab.add("second")
    frames = [ethernet(slow.mac, second.mac, b"\x88\xb5" + bytes(1000)) for _ in range(200)]
    slow.send(*frames)
    wait_until(lambda: lab.traffic(second).received.packets > 0)
    assert lab.traffic(second).received.packets < len(frames)
    assert second.await_frames(len(frames)) == frames


def test_a_lifted_limit_is_lifted_at_once(lab: Lab) -> None:
    slow, second = lab.add("slow", limit_bps=800), lab.add("second")
    lab.change(slow, limit_bps=0)
    lab.send(slow, *[ethernet(slow.mac, second.mac, HELLO)] * 2000)
    assert len(second.await_frames(2000)) == 2000


def test_a_fabric_without_cables_has_no_thread(fabric: Fabric) -> None:
    fabric.define("vm", {"nic": PortSettings(switch="switch")})
    assert not [thread for thread in threading.enumerate() if thread.name == "virtual switches"]


def test_the_hosts_own_port_takes_what_is_for_it_and_a_port_without_a_card_nothing(lab: Lab) -> None:
    first, empty = lab.add("first"), lab.add("empty")
    own = PortSettings(switch=SWITCH, mac=STRANGER, is_hosts_own=True)
    lab.fabric.define("switch", {"host": own})
    lab.fabric.unplug("empty", "nic")
    lab.send(first, everybody(first), ethernet(first.mac, STRANGER, HELLO))
    assert lab.fabric.traffic("switch", "host").received.packets == 2
    assert lab.traffic(empty).received.packets == 0
