"""From settings, as clients send them, to what passes between cards: no guest runs, tests are the cards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

from openhyperv.emulator.network.fabric import Fabric, PortTraffic
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated, emulate
from tests.emulator_host.devices import SUB, path_text
from tests.emulator_network.crafting import BROADCAST, SYN, TCP, UDP, arp, ethernet, ip, ipv4, tcp, udp
from tests.emulator_network.wires import Card, wait_until

NIC, CONNECTION = "Msvm_SyntheticEthernetPortSettingData", "Msvm_EthernetPortAllocationSettingData"
PORT = "Msvm_EthernetSwitchPort"
VLAN, SECURITY = f"{PORT}VlanSettingData", f"{PORT}SecuritySettingData"
ACL, EXTENDED_ACL, BANDWIDTH = (f"{PORT}{kind}SettingData" for kind in ("Acl", "ExtendedAcl", "Bandwidth"))
COUNTERS = "Win32_PerfRawData_NvspNicStats_HyperVVirtualNetworkAdapter"
SWITCH_SERVICE = "Msvm_VirtualEthernetSwitchManagementService"
V4 = ("10.0.0.1", "10.0.0.2")
IN, OUT, ALLOW, DENY, METER = 1, 2, 1, 2, 3


@frozen
class Machine:
    """A machine with one adapter, and the card in the adapter's port."""

    emulated: Emulated
    system: ObjectPath
    card: Card

    @property
    def connection(self) -> Instance:
        """The setting of the cable."""
        (found,) = self.emulated.devices_of(self.system, CONNECTION)
        return found

    @property
    def traffic(self) -> PortTraffic:
        """What has passed the port."""
        return self.emulated.host.wiring.traffic(str(self.system.key("Name")), self.card.name)

    @property
    def handled(self) -> int:
        """How many frames of the card were judged."""
        return self.traffic.sent.packets + self.traffic.sent.dropped

    def add(self, class_name: str, **values: object) -> ObjectPath:
        """Add a feature to the port."""
        text = self.emulated.text(class_name, values)
        path = self.connection.path
        result = self.emulated.call("AddFeatureSettings", AffectedConfiguration=path, FeatureSettings=[text])
        assert result.return_value == 0
        added = result.out["ResultingFeatureSettings"]
        assert isinstance(added, list)
        assert isinstance(added[0], ObjectPath)
        return added[0]

    def modify(self, feature: ObjectPath, **values: object) -> None:
        """Change a feature in place."""
        text = self.emulated.text(feature.class_name, {"InstanceID": feature.key("InstanceID"), **values})
        assert self.emulated.call("ModifyFeatureSettings", FeatureSettings=[text]).return_value == 0

    def remove(self, feature: ObjectPath) -> None:
        """Take a feature away."""
        assert self.emulated.call("RemoveFeatureSettings", FeatureSettings=[feature]).return_value == 0

    def plug(self, **values: object) -> None:
        """Change the cable: where it leads, and whether it is plugged in."""
        text = self.emulated.text(CONNECTION, {"InstanceID": self.connection["InstanceID"], **values})
        assert self.emulated.call("ModifyResourceSettings", ResourceSettings=[text]).return_value == 0


@pytest.fixture
def emulated(tmp_path: Path, fabric: Fabric) -> Iterator[Emulated]:
    emulated = emulate(tmp_path, fabric=fabric)
    yield emulated
    emulated.host.close()


@pytest.fixture
def machines(emulated: Emulated, fabric: Fabric) -> Iterator[tuple[Machine, Machine]]:
    """Two running machines at one switch."""
    switch = _switch(emulated)
    made = [_machine(emulated, fabric, switch, number) for number in (1, 2)]
    yield made[0], made[1]
    for machine in made:
        machine.card.end.close()


def _switch(emulated: Emulated) -> str:
    text = emulated.text("Msvm_VirtualEthernetSwitchSettingData", {"ElementName": "net"})
    result = emulated.call_of(SWITCH_SERVICE, "DefineSystem", SystemSettings=text)
    path = result.out["ResultingSystem"]
    assert isinstance(path, ObjectPath)
    return str(path.on("HV1"))


def _machine(emulated: Emulated, fabric: Fabric, switch: str, number: int) -> Machine:
    mac = f"00155D00000{number}"
    nic = {"InstanceID": "nic", "ResourceType": 10, "ResourceSubType": f"{SUB}Synthetic Ethernet Port"}
    nic |= {"StaticMacAddress": True, "Address": mac}
    cable = {"ResourceType": 33, "ResourceSubType": f"{SUB}Ethernet Connection", "HostResource": [switch]}
    cable |= {"Parent": path_text(NIC, "nic")}
    system = emulated.define(resources=[emulated.text(NIC, nic), emulated.text(CONNECTION, cable)])
    emulated.request(system, 2)
    (adapter,) = emulated.devices_of(system, NIC)
    name = str(adapter["InstanceID"]).rpartition("\\")[2]
    card = Card(name, bytes.fromhex(mac), fabric.plug(str(system.key("Name")), name))
    return Machine(emulated, system, card)


def passes(source: Machine, target: Machine, body: bytes) -> bool:
    """Whether a packet comes to another machine."""
    target.card.received()
    frame = ethernet(source.card.mac, target.card.mac, body)
    wanted = source.handled + 1
    source.card.send(frame)
    wait_until(lambda: source.handled >= wanted)
    return target.card.received() == [frame]


HELLO = ip(*V4, UDP, udp(9, 9))


def test_vlans_hold_from_the_answer_on(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    assert passes(first, second, HELLO)
    vlan = first.add(VLAN, OperationMode=1, AccessVlanId=7)
    assert not passes(first, second, HELLO)
    second.add(VLAN, OperationMode=1, AccessVlanId=7)
    assert passes(first, second, HELLO)
    first.modify(vlan, AccessVlanId=8)
    assert not passes(first, second, HELLO)
    first.modify(vlan, OperationMode=2, NativeVlanId=7, TrunkVlanIdArray=[9])
    assert passes(first, second, HELLO)
    first.remove(vlan)
    assert not passes(first, second, HELLO)


@pytest.mark.parametrize(
    ("mode", "second_id", "expected"), [(1, 101, False), (2, 101, True), (2, 102, False)]
)
def test_private_vlans(
    machines: tuple[Machine, Machine], mode: int, second_id: int, *, expected: bool
) -> None:
    first, second = machines
    private = {"OperationMode": 3, "PrimaryVlanId": 100, "PvlanMode": mode}
    first.add(VLAN, **private, SecondaryVlanId=101)
    second.add(VLAN, **private, SecondaryVlanId=second_id)
    assert passes(first, second, HELLO) is expected


def test_promiscuous_ports_reach_isolated_ones(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    first.add(VLAN, OperationMode=3, PrimaryVlanId=100, PvlanMode=1, SecondaryVlanId=101)
    second.add(VLAN, OperationMode=3, PrimaryVlanId=100, PvlanMode=3, SecondaryVlanIdArray=[101, 102])
    assert passes(first, second, HELLO)
    assert passes(second, first, HELLO)


def test_a_cable_is_pulled_and_plugged_in(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    switch = second.connection["HostResource"]
    second.plug(EnabledState=3)
    assert not passes(first, second, HELLO)
    assert not passes(second, first, HELLO)
    second.plug(EnabledState=2, HostResource=switch)
    assert passes(first, second, HELLO)


def test_rules_let_through_what_they_say(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    second.add(EXTENDED_ACL, Direction=IN, Action=DENY, Weight=1, RemoteIPAddress="0.0.0.0/0")
    rule = second.add(
        EXTENDED_ACL,
        Direction=IN,
        Action=ALLOW,
        Weight=10,
        Protocol="tcp",
        LocalPort="20-22",
        RemoteIPAddress="10.0.0.1",
        Stateful=True,
    )
    assert passes(first, second, ip(*V4, TCP, tcp(5000, 22, SYN)))
    assert not passes(first, second, ip(*V4, TCP, tcp(5000, 23, SYN)))
    assert not passes(first, second, ip("10.0.0.9", "10.0.0.2", TCP, tcp(5000, 22, SYN)))
    assert not passes(first, second, HELLO)
    assert not passes(first, second, ipv4(*V4, UDP, bytes(64), offset=9))
    second.modify(rule, Protocol="17", LocalPort="ANY")
    assert passes(first, second, HELLO)
    assert not passes(first, second, ip(*V4, TCP, tcp(5000, 22, SYN)))


def test_security_holds(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    security = first.add(SECURITY, EnableDhcpGuard=True)
    assert not passes(first, second, ip(*V4, UDP, udp(67, 68)))
    first.modify(security, EnableDhcpGuard=False)
    assert passes(first, second, ip(*V4, UDP, udp(67, 68)))


def test_a_limit_holds(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    first.add(BANDWIDTH, Limit=8_000_000, BurstSize=1_000_000)
    frames = [ethernet(first.card.mac, second.card.mac, b"\x88\xb5" + bytes(1000)) for _ in range(300)]
    first.card.send(*frames)
    wait_until(lambda: first.handled > 0)
    assert first.handled < len(frames)
    assert second.card.await_frames(len(frames)) == frames


def test_meters_and_counters_tell_what_has_passed(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    every = {"Applicability": 2, "RemoteAddress": "10.0.0.0", "RemoteAddressPrefixLength": 8}
    meter = second.add(ACL, AclType=2, Action=METER, Direction=IN, **every)
    second.add(ACL, AclType=2, Action=METER, Direction=OUT, **every)
    one = {"RemoteAddress": "10.0.0.9", "RemoteAddressPrefixLength": 32}
    second.add(ACL, AclType=2, Action=DENY, Direction=IN, Applicability=2, **one)
    assert passes(first, second, HELLO)
    assert not passes(first, second, ip("10.0.0.9", "10.0.0.2", UDP, udp(9, 9)))
    size = 12 + len(HELLO)
    traffic = second.traffic
    tail = str(meter.key("InstanceID")).partition("\\")[2].lower()
    assert traffic.metered_bytes == {tail: size}
    counters = second.emulated.manager.enumerate("root/cimv2", COUNTERS)
    shown = {each["BytesReceivedPersec"]: each["DroppedPacketsIncomingPersec"] for each in counters}
    assert shown == {size: 1, 0: 0}


def test_a_machine_that_is_gone_sends_nothing(machines: tuple[Machine, Machine]) -> None:
    first, second = machines
    emulated = first.emulated
    emulated.request(first.system, 3)
    assert emulated.call("DestroySystem", AffectedSystem=first.system).return_value == 0
    first.card.send(ethernet(first.card.mac, BROADCAST, arp(first.card.mac)))
    wait_until(lambda: first.handled > 0)
    assert second.card.received() == []
