"""Network adapters of machines that exist: which come and go, when, and what their ports are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import Action, ResetAfter, ResetBefore, WsmanFault
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.errors import ConflictError, ConnectionLostError, InvalidInputError, NotFoundError
from openhyperv.hyperv.device_changes import change_devices
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.ports.finding import ADAPTER
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.host_version import WINDOWS_2012_R2
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.port import Direction, PortRule, PortSpec, TrunkVlan
from openhyperv.machine.violations import BrokenRuleError
from openhyperv.wire.instance import Instance
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.hyperv.counting import requests
from tests.hyperv.specs import GEN_1, GEN_2, machine_spec
from tests.hyperv.stock import SWITCH, Stock, add_switch
from tests.witness import Witness, changes

MAC = "00155D0A0B0C"
ETH0 = NetworkAdapter(
    "eth0",
    MAC,
    SWITCH,
    7,
    device_naming=True,
    mac_spoofing=True,
    dhcp_guard=True,
    router_guard=True,
    maximum_bandwidth_bps=100_000_000,
)
ADD = "Msvm_VirtualSystemManagementService.AddResourceSettings"
MODIFY = "Msvm_VirtualSystemManagementService.ModifyResourceSettings"
FEATURES = "Msvm_VirtualSystemManagementService.AddFeatureSettings"
REMOVE = "Msvm_VirtualSystemManagementService.RemoveResourceSettings"


@pytest.fixture(params=[GEN_1, GEN_2], ids=["gen1", "gen2"])
def machine(host: Host, stock: Stock, request: pytest.FixtureRequest) -> Iterator[VirtualMachine]:
    """A machine without adapters, beside a switch."""
    assert stock
    created = host.create(machine_spec("plugged", request.param))
    yield created
    created.delete()


@pytest.fixture
def second(host: Host, stock: Stock) -> Iterator[VirtualMachine]:
    assert stock
    created = host.create(machine_spec("second", GEN_2))
    yield created
    created.delete()


@shows("F8", "N13")
def test_an_adapter_is_what_was_asked_for(host: Host, machine: VirtualMachine) -> None:
    machine.adapters.add(ETH0)
    (found,) = machine.adapters.list()
    (switch,) = [each.guid for each in host.switches.list() if each.name == SWITCH]
    assert found.specification == evolve(ETH0, switch=switch)
    assert found.address == MAC
    machine.adapters.remove("eth0")
    assert machine.adapters.list() == []


def test_a_port_is_isolated_before_it_is_plugged_in(second: VirtualMachine, witness: Witness) -> None:
    """An adapter and its cable, the features of the port, and only then the switch."""
    with witness.watching() as seen:
        second.adapters.add(ETH0)
    assert changes(seen) == [ADD, ADD, FEATURES, MODIFY]


def test_without_isolation_adapter_and_cable_are_all(second: VirtualMachine, witness: Witness) -> None:
    with witness.watching() as seen:
        second.adapters.add(NetworkAdapter("eth1", switch=SWITCH))
    assert changes(seen) == [ADD, ADD]
    with witness.watching() as seen:
        second.adapters.add(NetworkAdapter("eth2"))
    assert changes(seen) == [ADD]


@pytest.mark.parametrize("adapter", [ETH0, NetworkAdapter("eth1", switch=SWITCH), NetworkAdapter("eth2")])
def test_a_second_run_adds_no_second_adapter(
    second: VirtualMachine, witness: Witness, adapter: NetworkAdapter
) -> None:
    second.adapters.add(adapter)
    with witness.watching() as seen:
        second.adapters.add(adapter)
    assert changes(seen) == []
    assert len(second.adapters.list()) == 1


@pytest.mark.parametrize("action", [ResetBefore(), ResetAfter()], ids=["before", "after"])
@pytest.mark.parametrize(
    ("method", "nth"),
    [
        ("AddResourceSettings", 1),
        ("AddResourceSettings", 2),
        ("AddFeatureSettings", 1),
        ("ModifyResourceSettings", 1),
    ],
)
def test_a_run_that_broke_off_is_finished_by_the_next(
    second: VirtualMachine, witness: Witness, method: str, nth: int, action: Action
) -> None:
    """Whether the host had done it or not, there is one adapter in the end, isolated and plugged in."""
    rule = Rule(action=action, operation=OperationName.INVOKE, method=method, after=nth - 1, count=1)
    with witness.misfortune(rule), pytest.raises(ConnectionLostError):
        second.adapters.add(ETH0)
    second.adapters.add(ETH0)
    (found,) = second.adapters.list()
    assert found.specification.switch is not None
    assert found.specification == evolve(ETH0, switch=found.specification.switch)


@shows("F9")
def test_adapters_of_generation_2_come_and_go_while_it_runs(second: VirtualMachine) -> None:
    second.start()
    second.adapters.add(ETH0)
    assert [each.name for each in second.adapters.list()] == ["eth0"]
    second.adapters.remove("eth0")
    assert second.adapters.list() == []


@shows("F9")
def test_those_of_generation_1_do_not(host: Host, stock: Stock, witness: Witness) -> None:
    assert stock
    machine = host.create(machine_spec("older", GEN_1, network_adapters=(NetworkAdapter("eth0"),)))
    machine.start()
    for act in (
        lambda: machine.adapters.add(NetworkAdapter("eth1")),
        lambda: machine.adapters.remove("eth0"),
    ):
        with witness.watching() as seen, pytest.raises(ConflictError) as caught:
            act()
        assert caught.value.message == (
            "Network adapters of a machine of generation 1 come and go only while it is off; it is running."
        )
        assert (caught.value.target, caught.value.remedy) == (machine.guid, "Shut the machine down first.")
        assert changes(seen) == []
    machine.delete()


@shows("F9")
def test_those_on_a_host_before_2016_do_not(tmp_path: Path) -> None:
    witness = Witness()
    with (
        emulated_host(tmp_path, witness, version="2012r2", has_files=True) as older,
        Host.connect(target_of(older)) as host,
    ):
        add_switch(host)
        machine = host.create(machine_spec("older", GEN_2, host=WINDOWS_2012_R2))
        machine.adapters.add(NetworkAdapter("eth0", switch=SWITCH, vlan_id=7))
        machine.start()
        with witness.watching() as seen, pytest.raises(ConflictError, match=r"on a host 6\.3\.9600"):
            machine.adapters.remove("eth0")
        assert changes(seen) == []
        machine.adapters.change(NetworkAdapter("eth0", switch=SWITCH, vlan_id=8))
        assert [each.specification.vlan_id for each in machine.adapters.list()] == [8]


def test_a_port_changes_while_the_machine_runs(machine: VirtualMachine, witness: Witness) -> None:
    machine.adapters.add(ETH0)
    machine.start()
    for wanted in (evolve(ETH0, vlan_id=8), evolve(ETH0, vlan_id=None, dhcp_guard=False), ETH0):
        machine.adapters.change(wanted)
        (found,) = machine.adapters.list()
        assert found.specification == evolve(wanted, switch=found.specification.switch)
    with witness.watching() as seen:
        machine.adapters.change(ETH0)
    assert changes(seen) == []
    with witness.watching() as seen, pytest.raises(ConflictError, match="MAC address and naming"):
        machine.adapters.change(evolve(ETH0, mac_address="00155D0A0B0D"))
    assert changes(seen) == []
    machine.turn_off()
    machine.adapters.change(evolve(ETH0, mac_address="00155D0A0B0D", device_naming=False))
    (found,) = machine.adapters.list()
    assert (found.address, found.specification.device_naming) == ("00155D0A0B0D", False)


def test_an_adapter_is_unplugged_and_keeps_its_port(second: VirtualMachine) -> None:
    second.adapters.add(ETH0)
    loose = NetworkAdapter("eth0", MAC, device_naming=True)
    second.adapters.change(loose)
    (found,) = second.adapters.list()
    assert found.specification.switch is None
    assert found.specification.vlan_id == 7


def test_a_cable_that_goes_while_adapters_are_listed_is_no_fault(
    second: VirtualMachine, witness: Witness
) -> None:
    second.adapters.add(ETH0)
    gone = Rule(action=WsmanFault(code=0x80338000), operation=OperationName.ENUMERATE, after=1)
    with witness.misfortune(gone):
        (found,) = second.adapters.list()
    assert (found.name, found.has_cable, found.specification.switch) == ("eth0", False, None)


def test_rules_and_trunks_that_somebody_gave_a_port_stay(host: Host, second: VirtualMachine) -> None:
    added = second.adapters.add(NetworkAdapter("eth0", switch=SWITCH))
    rules = (PortRule(Direction.OUTGOING, stateful=True),)
    host.bind_port(added.key, PortSpec(switch=SWITCH, vlan=TrunkVlan((7, 8)), rules=rules))
    before = host.session.find(added.path)
    second.adapters.change(NetworkAdapter("eth0", switch=SWITCH, dhcp_guard=True))
    (found,) = second.adapters.list()
    kinds = [each.class_name for each in found.features]
    assert kinds.count("Msvm_EthernetSwitchPortExtendedAclSettingData") > len(rules)
    assert not found.is_in_access_mode
    assert found.specification.dhcp_guard
    assert before == host.session.find(added.path)


def test_adapters_of_one_name_are_told_apart_by_their_keys(host: Host, second: VirtualMachine) -> None:
    key = second.adapters.add(NetworkAdapter("eth0")).key
    other = second.adapters.add(NetworkAdapter("eth1")).key
    change_devices(
        host.session, second.guid, [Instance(ADAPTER, {"InstanceID": other, "ElementName": "eth0"})]
    )
    with pytest.raises(ConflictError, match="Several network adapters") as caught:
        second.adapters.remove("eth0")
    assert key in caught.value.message
    second.adapters.remove(key)
    assert [each.key for each in second.adapters.list()] == [other]


def test_what_no_adapter_is(second: VirtualMachine, witness: Witness) -> None:
    for bad in (
        evolve(ETH0, mac_address="00:15"),
        evolve(ETH0, vlan_id=4095),
        evolve(ETH0, switch=None),
        evolve(ETH0, name=""),
        evolve(ETH0, maximum_bandwidth_bps=1, minimum_bandwidth_bps=20_000_000),
    ):
        with witness.watching() as seen, pytest.raises(InvalidInputError):
            second.adapters.add(bad)
        assert changes(seen) == []


def test_what_is_not_there(second: VirtualMachine, host: Host, witness: Witness) -> None:
    nobody = host.machine("00000000-0000-0000-0000-000000000001")
    for act in (
        lambda: second.adapters.remove("eth9"),
        lambda: second.adapters.change(NetworkAdapter("eth9")),
        lambda: second.adapters.add(NetworkAdapter("eth0", switch="nowhere")),
        lambda: nobody.adapters.add(NetworkAdapter("eth0")),
        nobody.adapters.list,
    ):
        with witness.watching() as seen, pytest.raises(NotFoundError):
            act()
        assert changes(seen) == []


def test_a_machine_has_as_many_adapters_as_its_host_gives(second: VirtualMachine) -> None:
    for number in range(64):
        second.adapters.add(NetworkAdapter(f"eth{number}"))
    with pytest.raises(BrokenRuleError, match="64 network adapters"):
        second.adapters.add(NetworkAdapter("eth64"))


def test_how_many_requests_it_takes(emulated: EmulatedHost, host: Host, second: VirtualMachine) -> None:
    """It looks at the machine, the switch, the host's release and the machine's state, then writes."""
    adapters = second.adapters
    for act, expected in (
        (adapters.list, ["Enumerate"]),
        (lambda: adapters.add(NetworkAdapter("eth1")), ["Enumerate"] * 2 + ["Get", "Invoke"]),
        (lambda: adapters.add(ETH0), ["Enumerate"] * 3 + ["Get"] + ["Invoke"] * 4),
        (lambda: adapters.change(evolve(ETH0, vlan_id=8)), ["Enumerate"] * 4 + ["Invoke"]),
        (adapters.list, ["Enumerate"] * 2),
        (lambda: adapters.remove("eth0"), ["Enumerate"] * 2 + ["Get", "Invoke"]),
    ):
        with requests(emulated, host) as asked:
            act()
        assert asked == expected


def test_adapters_go_and_come_back_together(
    host: Host, emulated: EmulatedHost, second: VirtualMachine
) -> None:
    """The other machine would have the same ports; those that are there stay plugged in."""
    second.adapters.add(ETH0)
    both = [ETH0, NetworkAdapter("eth1", "00155D0A0B0D")]
    with requests(emulated, host) as names:
        second.adapters.add_missing(both)
    assert len(names) == len(("look", "add"))
    before = {each.name: each.specification.switch is None for each in second.adapters.list()}
    assert before == {"eth0": False, "eth1": True}
    with requests(emulated, host) as names:
        second.adapters.clear()
    assert len(names) == len(("look", "remove"))
    assert second.adapters.list() == []
    second.adapters.clear()
    second.adapters.add_missing(both)
    assert [each.specification.mac_address for each in second.adapters.list()] == [MAC, "00155D0A0B0D"]
