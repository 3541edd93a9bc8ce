"""Virtual switches of a host: what they become, in how many requests, and what is refused before that."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface
from pathlib import Path

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import Hardware, adapters_for
from openhyperv.emulator.rules.actions import Action, MethodReturns, ResetAfter, ResetBefore
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.errors import (
    ConflictError,
    ConnectionLostError,
    MethodError,
    NotFoundError,
    UnsupportedError,
)
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import service
from openhyperv.hyperv.switches.calls import SwitchCalls
from openhyperv.hyperv.switches.settings import management_port
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.port import AccessVlan, Direction, PortRule, PortSpec, TrunkVlan
from openhyperv.machine.switch import BandwidthMode, LoadBalancing, SwitchChange, SwitchKind, SwitchSpec
from openhyperv.machine.violations import BrokenRuleError
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from tests.emulated import emulated_host, target_of
from tests.hyperv.counting import requests
from tests.hyperv.specs import machine_spec
from tests.witness import Witness, changes

HARDWARE = Hardware(adapters=adapters_for("HV1", 3))
FIRST, SECOND, THIRD = "Ethernet", "Ethernet 2", "Ethernet 3"
WAN = SwitchSpec(name="wan", adapters=(FIRST,), management_port=True, notes="the world")
TEAM = SwitchSpec(name="team", adapters=(FIRST, SECOND), load_balancing=LoadBalancing.HYPERV_PORT)
SETTINGS = "Msvm_VirtualEthernetSwitchSettingData"
SERVICE = "Msvm_VirtualEthernetSwitchManagementService"


@pytest.fixture(scope="module")
def witness() -> Witness:
    return Witness()


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory, witness: Witness) -> Iterator[EmulatedHost]:
    folder = tmp_path_factory.mktemp("host")
    with emulated_host(folder, witness, hardware=HARDWARE, has_files=True) as running:
        yield running


@pytest.fixture
def host(emulated: EmulatedHost) -> Iterator[Host]:
    """A host without switches, which is left without."""
    with Host.connect(target_of(emulated)) as connected:
        yield connected
        for switch in connected.switches.list():
            connected.switches.remove(switch.guid, force=True)


def test_a_private_switch_takes_two_requests(emulated: EmulatedHost, host: Host) -> None:
    with requests(emulated, host) as asked:
        guid = host.switches.create(SwitchSpec(name="lab", notes="two\nlines"))
    assert asked == ["Enumerate", "Invoke"]
    state = host.switches.state("lab")
    assert (state.guid, state.kind, state.notes) == (guid, SwitchKind.PRIVATE, "two\nlines")
    assert state.bandwidth_mode is BandwidthMode.WEIGHT


def test_an_internal_switch_takes_three(emulated: EmulatedHost, host: Host) -> None:
    with requests(emulated, host) as asked:
        host.switches.create(SwitchSpec(name="lab", management_port=True))
    assert asked == ["Enumerate"] * 2 + ["Invoke"]
    state = host.switches.state("LAB")
    assert (state.kind, state.management_ports) == (SwitchKind.INTERNAL, ("lab",))


def test_an_external_switch_takes_five_one_of_which_changes_something(
    emulated: EmulatedHost, witness: Witness, host: Host
) -> None:
    with requests(emulated, host) as asked, witness.watching() as seen:
        host.switches.create(WAN)
    assert asked == ["Enumerate"] * 4 + ["Invoke"]
    assert changes(seen) == [f"{SERVICE}.DefineSystem"]
    with requests(emulated, host) as asked:
        (state,) = host.switches.states()
    assert asked == ["Enumerate"] * 5
    assert (state.kind, state.management_ports) == (SwitchKind.EXTERNAL, ("wan",))
    (card,) = state.adapters
    assert (card.name, card.is_bound) == (FIRST, True)
    assert [card.is_bound for card in host.switches.cards()] == [True, False, False]


def test_a_card_is_found_by_whatever_it_is_called(host: Host) -> None:
    card = next(card for card in host.switches.cards() if card.name == SECOND)
    mac_address = ":".join(card.mac_address[at : at + 2] for at in range(0, 12, 2))
    for word in (card.description, card.guid.lower(), f"{{{card.guid}}}", mac_address, "ETHERNET 2"):
        guid = host.switches.create(SwitchSpec(name="wan", adapters=(word,)))
        assert [each.guid for each in host.switches.state(guid).adapters] == [card.guid]
        host.switches.remove(guid)


def test_a_team(emulated: EmulatedHost, host: Host) -> None:
    with requests(emulated, host) as asked:
        host.switches.create(TEAM)
    assert asked == ["Enumerate"] * 6 + ["Invoke"] * 2
    state = host.switches.state("team")
    assert state.is_team
    assert [card.name for card in state.adapters] == [FIRST, SECOND]
    assert state.load_balancing is LoadBalancing.HYPERV_PORT
    host.switches.change(
        "team", SwitchChange(adapters=(SECOND, THIRD, FIRST), load_balancing=LoadBalancing.DYNAMIC)
    )
    state = host.switches.state("team")
    assert {card.name for card in state.adapters} == {FIRST, SECOND, THIRD}
    assert state.load_balancing is LoadBalancing.DYNAMIC


def test_what_is_chosen_for_life(host: Host) -> None:
    spec = SwitchSpec(
        name="fast",
        adapters=(FIRST,),
        iov_preferred=True,
        packet_direct=True,
        bandwidth_mode=BandwidthMode.ABSOLUTE,
        teaming=True,
    )
    host.switches.create(spec)
    state = host.switches.state("fast")
    assert (state.iov_preferred, state.packet_direct, state.is_team) == (True, True, True)
    assert state.bandwidth_mode is BandwidthMode.ABSOLUTE


@pytest.mark.parametrize("spec", [SwitchSpec(name="lab"), WAN, TEAM])
def test_creating_again_changes_nothing(host: Host, witness: Witness, spec: SwitchSpec) -> None:
    guid = host.switches.create(spec)
    with witness.watching() as seen:
        assert host.switches.create(spec) == guid
    assert changes(seen) == []


@pytest.mark.parametrize(
    "other",
    [
        evolve(WAN, adapters=(SECOND,)),
        evolve(WAN, management_port=False),
        evolve(WAN, notes=""),
        evolve(WAN, iov_preferred=True),
        evolve(WAN, bandwidth_mode=BandwidthMode.NONE),
        evolve(WAN, teaming=True),
        SwitchSpec(name="wan"),
    ],
)
def test_another_switch_of_that_name_is_left_alone(host: Host, witness: Witness, other: SwitchSpec) -> None:
    host.switches.create(WAN)
    before = host.switches.states()
    with witness.watching() as seen, pytest.raises(ConflictError, match="differ"):
        host.switches.create(other)
    assert changes(seen) == []
    assert host.switches.states() == before


def test_a_card_belongs_to_one_switch(host: Host, witness: Witness) -> None:
    guid = host.switches.create(WAN)
    host.switches.create(SwitchSpec(name="other"))
    with witness.watching() as seen:
        with pytest.raises(ConflictError, match=guid):
            host.switches.create(SwitchSpec(name="third", adapters=(FIRST,)))
        with pytest.raises(ConflictError, match=guid):
            host.switches.change("other", SwitchChange(adapters=(FIRST,)))
    assert changes(seen) == []


def test_a_card_that_is_not_there(host: Host) -> None:
    with pytest.raises(NotFoundError, match="Ethernet 2"):
        host.switches.create(SwitchSpec(name="wan", adapters=("Ethernet 9",)))
    card = host.switches.cards()[0]
    with pytest.raises(ConflictError, match="one network adapter"):
        host.switches.create(SwitchSpec(name="wan", adapters=(card.name, card.guid)))
    assert host.switches.list() == []


@pytest.mark.parametrize(
    "spec",
    [
        SwitchSpec(name=" "),
        SwitchSpec(name="lab", notes="\x01"),
        SwitchSpec(name="lab", teaming=True),
        SwitchSpec(name="lab", iov_preferred=True),
        SwitchSpec(name="lab", packet_direct=True, management_port=True),
        SwitchSpec(name="lab", adapters=("a", "a")),
        SwitchSpec(name="lab", adapters=("",)),
        SwitchSpec(name="lab", adapters=tuple("abcdefghi")),
        SwitchSpec(name="lab", adapters=("a",), load_balancing=LoadBalancing.DYNAMIC),
    ],
)
def test_contradictions_are_refused_before_anything_is_sent(
    emulated: EmulatedHost, host: Host, spec: SwitchSpec
) -> None:
    with requests(emulated, host) as asked, pytest.raises(BrokenRuleError):
        host.switches.create(spec)
    assert asked == []


@pytest.mark.parametrize(
    "spec", [TEAM, evolve(WAN, teaming=True), evolve(WAN, packet_direct=True)], ids=lambda spec: spec.name
)
def test_older_hosts_know_no_teams(tmp_path: Path, spec: SwitchSpec) -> None:
    with (
        emulated_host(tmp_path, version="2012R2", hardware=HARDWARE) as emulated,
        Host.connect(target_of(emulated)) as host,
    ):
        with pytest.raises(UnsupportedError, match="2016"):
            host.switches.create(spec)
        host.switches.create(WAN)
        assert host.switches.state("wan").kind is SwitchKind.EXTERNAL


def test_another_adapter_takes_five_looks_and_one_change(
    emulated: EmulatedHost, witness: Witness, host: Host
) -> None:
    host.switches.create(WAN)
    with requests(emulated, host) as asked, witness.watching() as seen:
        host.switches.change("wan", SwitchChange(adapters=(SECOND,), management_port=True))
    assert asked == ["Enumerate"] * 5 + ["Invoke"]
    assert changes(seen) == [f"{SERVICE}.ModifyResourceSettings"]
    assert [card.name for card in host.switches.state("wan").adapters] == [SECOND]


def test_a_switch_changes_its_kind_with_machines_on_it(host: Host, witness: Witness) -> None:
    host.switches.create(SwitchSpec(name="lab"))
    machine = host.create(machine_spec("on-lab", network_adapters=(NetworkAdapter("eth0", switch="lab"),)))
    machine.start()
    kinds = []
    for change in (
        SwitchChange(management_port=True),
        SwitchChange(adapters=(FIRST,)),
        SwitchChange(adapters=(SECOND,), management_port=False),
        SwitchChange(adapters=()),
    ):
        host.switches.change("lab", change)
        with witness.watching() as seen:
            host.switches.change("lab", change)
        assert changes(seen) == []
        kinds.append(host.switches.state("lab").kind)
    assert kinds == [SwitchKind.INTERNAL, SwitchKind.EXTERNAL, SwitchKind.EXTERNAL, SwitchKind.PRIVATE]
    assert [each.machine for each in host.switches.state("lab").connected] == ["on-lab"]
    assert not any(card.is_bound for card in host.switches.cards())
    machine.delete()


def test_a_switch_gets_another_name_and_other_notes(emulated: EmulatedHost, host: Host) -> None:
    guid = host.switches.create(SwitchSpec(name="lab"))
    host.switches.create(SwitchSpec(name="taken"))
    with pytest.raises(ConflictError, match="Another"):
        host.switches.change("lab", SwitchChange(name="Taken"))
    with requests(emulated, host) as asked:
        host.switches.change("lab", SwitchChange(name="Lab 2", notes="moved"))
    assert asked == ["Enumerate", "Invoke"]
    state = host.switches.state(guid)
    assert (state.name, state.notes) == ("Lab 2", "moved")
    host.switches.change(guid, SwitchChange(name="lab 2"))
    assert host.switches.state(guid).name == "lab 2"


@pytest.mark.parametrize(
    ("spec", "change"),
    [
        (WAN, SwitchChange(adapters=(FIRST, SECOND))),
        (WAN, SwitchChange(load_balancing=LoadBalancing.DYNAMIC)),
        (TEAM, SwitchChange(adapters=())),
        (evolve(WAN, iov_preferred=True), SwitchChange(adapters=())),
        (WAN, SwitchChange(name="")),
    ],
)
def test_what_a_switch_cannot_become(
    host: Host, witness: Witness, spec: SwitchSpec, change: SwitchChange
) -> None:
    host.switches.create(spec)
    with witness.watching() as seen, pytest.raises(BrokenRuleError):
        host.switches.change(spec.name, change)
    assert changes(seen) == []


def test_a_switch_is_removed_with_two_looks_and_a_job(emulated: EmulatedHost, host: Host) -> None:
    host.switches.create(WAN)
    with requests(emulated, host) as asked:
        host.switches.remove("wan")
    assert asked == ["Enumerate"] * 2 + ["Invoke"]
    assert not any(card.is_bound for card in host.switches.cards())
    with pytest.raises(NotFoundError):
        host.switches.remove("wan")


def test_a_switch_that_machines_are_plugged_into_stays_unless_told_so(host: Host, witness: Witness) -> None:
    host.switches.create(SwitchSpec(name="lab"))
    machine = host.create(machine_spec("on-lab", network_adapters=(NetworkAdapter("eth0"),)))
    host.bind_port("eth0", PortSpec(switch="lab", vlan=AccessVlan(7)))
    machine.start()
    machine.checkpoints.take("holds copies of the adapter")
    with witness.watching() as seen, pytest.raises(ConflictError, match="eth0 of on-lab"):
        host.switches.remove("lab")
    assert changes(seen) == []
    host.switches.remove("lab", force=True)
    (adapter,) = machine.adapters.list()
    assert (adapter.specification.switch, adapter.specification.vlan_id) == (None, 7)
    machine.delete()


def test_several_switches_of_one_name_are_told_apart_by_guid(host: Host) -> None:
    guid = host.switches.create(SwitchSpec(name="lab"))
    host.switches.create(SwitchSpec(name="twin"))
    twin = host.switches.state("twin").guid
    settings = Instance(SETTINGS, {"InstanceID": f"Microsoft:{twin}", "ElementName": "lab"})
    text = instance_to_text(settings, host.session.schema)
    host.session.run(service(SERVICE), "ModifySystemSettings", {"SystemSettings": text})
    for act in (
        lambda: host.switches.state("lab"),
        lambda: host.switches.change("lab", SwitchChange(notes="x")),
        lambda: host.switches.remove("lab"),
        lambda: host.switches.create(SwitchSpec(name="lab")),
    ):
        with pytest.raises(ConflictError, match=guid):
            act()
    host.switches.change(twin, SwitchChange(notes="the second"))
    assert host.switches.state(twin).notes == "the second"


@pytest.mark.parametrize("disturbance", [ResetBefore(), ResetAfter()], ids=["unsent", "unanswered"])
@pytest.mark.parametrize("method", ["DefineSystem", "AddFeatureSettings"])
def test_a_create_that_broke_off_is_made_again(
    host: Host, witness: Witness, method: str, disturbance: Action
) -> None:
    rule = Rule(action=disturbance, operation=OperationName.INVOKE, method=method, count=1)
    with witness.misfortune(rule), pytest.raises(ConnectionLostError):
        host.switches.create(TEAM)
    host.switches.create(TEAM)
    (state,) = host.switches.states()
    assert (state.name, len(state.adapters)) == ("team", 2)
    assert state.load_balancing is LoadBalancing.HYPERV_PORT


@pytest.mark.parametrize("disturbance", [ResetBefore(), ResetAfter()], ids=["unsent", "unanswered"])
@pytest.mark.parametrize("nth", range(3))
def test_a_change_that_broke_off_is_made_again(
    host: Host, witness: Witness, nth: int, disturbance: Action
) -> None:
    """The adapter and the host's port come and go in two calls, the notes in a third."""
    host.switches.create(SwitchSpec(name="lab", management_port=True))
    change = SwitchChange(adapters=(FIRST,), management_port=False, notes="moved")
    methods = ("AddResourceSettings", "RemoveResourceSettings", "ModifySystemSettings")
    rule = Rule(action=disturbance, operation=OperationName.INVOKE, method=methods[nth], count=1)
    with witness.misfortune(rule), pytest.raises(ConnectionLostError):
        host.switches.change("lab", change)
    host.switches.change("lab", change)
    state = host.switches.state("lab")
    assert (state.kind, state.management_ports, state.notes) == (SwitchKind.EXTERNAL, (), "moved")


def test_what_the_host_refuses_leaves_no_switch(host: Host, witness: Witness) -> None:
    rule = Rule(
        action=MethodReturns(return_value=32773), operation=OperationName.INVOKE, method="DefineSystem"
    )
    with witness.misfortune(rule), pytest.raises(MethodError):
        host.switches.create(WAN)
    assert host.switches.list() == []


def test_the_hosts_own_port_is_put_into_a_vlan_in_place(
    emulated: EmulatedHost, witness: Witness, host: Host
) -> None:
    guid = host.switches.create(WAN)
    with requests(emulated, host) as asked, witness.watching() as seen:
        host.switches.change_host_port("wan", lambda port: evolve(port, vlan=AccessVlan(7)))
    assert asked == ["Enumerate"] * 3 + ["Invoke"]
    assert changes(seen) == [f"{SERVICE}.AddFeatureSettings"]
    rules = (PortRule(Direction.OUTGOING, stateful=True),)
    host.switches.change_host_port("wan", lambda port: evolve(port, vlan=TrunkVlan((8,)), rules=rules))
    state = host.switches.host_port("wan")
    assert (state.switch_guid, state.settings.vlan) == (guid, TrunkVlan((8,)))
    assert (state.settings.rules, state.denies_rest) == (rules, True)
    with witness.watching() as seen:
        host.switches.change_host_port("wan", lambda port: evolve(port, vlan=TrunkVlan((8,))))
    assert changes(seen) == []


def test_the_hosts_port_is_the_one_that_was_named(host: Host, witness: Witness) -> None:
    guid = host.switches.create(SwitchSpec(name="lab"))
    with pytest.raises(NotFoundError, match="no such port"):
        host.switches.host_port("lab")
    host.switches.change("lab", SwitchChange(management_port=True))
    second = management_port("storage", host.facts().name)
    SwitchCalls(host.session, "lab").add_ports(guid, [second])
    with witness.watching() as seen, pytest.raises(ConflictError, match="lab, storage"):
        host.switches.change_host_port("lab", lambda port: evolve(port, vlan=AccessVlan(9)))
    assert changes(seen) == []
    host.switches.change_host_port("lab", lambda port: evolve(port, vlan=AccessVlan(9)), "Storage")
    assert host.switches.host_port("lab", "storage").settings.vlan == AccessVlan(9)
    assert host.switches.host_port("lab", "lab").settings.vlan is None
    host.switches.change("lab", SwitchChange(management_port=False))
    assert host.switches.state("lab").kind is SwitchKind.PRIVATE


@pytest.fixture
def managed(tmp_path: Path, witness: Witness) -> Iterator[Host]:
    """A host that is reached by its first adapter."""
    first, *others = HARDWARE.adapters
    adapters = (evolve(first, addresses=(ip_interface("127.0.0.1/8"),)), *others)
    hardware = Hardware(adapters=adapters)
    with (
        emulated_host(tmp_path, witness, hardware=hardware) as running,
        Host.connect(target_of(running)) as connected,
    ):
        yield connected


def test_nobody_cuts_the_host_off(managed: Host, witness: Witness) -> None:
    managed.switches.create(SwitchSpec(name="lab"))
    with witness.watching() as seen:
        with pytest.raises(ConflictError, match="would be cut off"):
            managed.switches.create(SwitchSpec(name="wan", adapters=(FIRST,)))
        with pytest.raises(ConflictError, match="would be cut off"):
            managed.switches.change("lab", SwitchChange(adapters=(FIRST,)))
    assert changes(seen) == []
    managed.switches.create(WAN)
    with witness.watching() as seen, pytest.raises(ConflictError, match="reached by wan"):
        managed.switches.change("wan", SwitchChange(management_port=False))
    assert changes(seen) == []
    managed.switches.change("lab", SwitchChange(adapters=(SECOND,)))
    assert managed.switches.state("lab").kind is SwitchKind.EXTERNAL
