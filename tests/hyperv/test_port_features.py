"""All that a port can be: it is so before it is plugged in, reads back the same, and changes in part."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import Hardware, NetworkAdapter, Offload
from openhyperv.emulator.rules.actions import Action, ResetAfter, ResetBefore
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.errors import ConnectionLostError, NotFoundError, UnsupportedError
from openhyperv.hyperv.device_changes import add_devices
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import SYSTEM_SERVICE, setting
from openhyperv.hyperv.ports.finding import CABLE
from openhyperv.hyperv.ports.hardware_use import HardwareUse
from openhyperv.hyperv.settings import connection
from openhyperv.hyperv.switches.finding import switch_path
from openhyperv.hyperv.switches.offload import Capacity
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.network_adapter import NetworkAdapter as Adapter
from openhyperv.machine.port import (
    AccessVlan,
    Direction,
    Mirroring,
    PortBandwidth,
    PortRule,
    PortSecurity,
    PortSettings,
    PortSpec,
    PrivateVlan,
    PrivateVlanMode,
    TrunkVlan,
    Vlan,
)
from openhyperv.machine.port_isolation import IsolationMode, PortIsolation
from openhyperv.machine.port_offload import InterruptModeration, PortOffload
from openhyperv.machine.port_profile import PortProfile
from openhyperv.machine.switch import BandwidthMode, SwitchSpec
from openhyperv.machine.violations import BrokenRuleError
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.hyperv.counting import requests
from tests.hyperv.specs import GEN_1, machine_spec
from tests.witness import Witness, changes

CARD = NetworkAdapter(
    guid="5C2C4E0C-9E1A-4B5F-8C1D-2D6C0B0F7A11",
    name="Fast Adapter",
    mac="00155D00AA01",
    offload=Offload(virtual_functions=4, queue_pairs=8, vmqs=16, ipsec_associations=32),
)
SERVICE = "Msvm_VirtualSystemManagementService"
OFFLOAD = PortOffload(
    iov_weight=50,
    iov_queue_pairs=2,
    iov_interrupt_moderation=InterruptModeration.LOW,
    vmq_weight=0,
    ipsec_associations=0,
    vrss=False,
    vmmq=False,
    vmmq_queue_pairs=4,
)
EVERYTHING = PortSettings(
    vlan=AccessVlan(7),
    security=PortSecurity(
        allow_mac_spoofing=True,
        dhcp_guard=True,
        router_guard=True,
        teaming=True,
        priority_tag=True,
        mirroring=Mirroring.SOURCE,
        storm_limit_pps=1000,
    ),
    rules=(PortRule(Direction.OUTGOING, stateful=True),),
    bandwidth=PortBandwidth(maximum_bps=100_000_000, weight=10, burst_bps=200_000_000, burst_bits=8_000_000),
    offload=OFFLOAD,
    profile=PortProfile(
        profile_id=UUID(int=1),
        profile_name="web",
        vendor_id=UUID(int=2),
        vendor_name="somebody",
        net_cfg_instance_id=UUID(int=3),
        cdn_label_id=1111,
        cdn_label="label",
        profile_data=1,
    ),
    rdma_weight=20,
)


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory, witness: Witness) -> Iterator[EmulatedHost]:
    folder, hardware = tmp_path_factory.mktemp("host"), Hardware(adapters=(CARD,))
    with emulated_host(folder, witness, hardware=hardware, has_files=True) as running:
        yield running


@pytest.fixture(scope="module", autouse=True)
def lab(host: Host) -> str:
    """An external switch, of which cards may take off what they can."""
    spec = SwitchSpec(
        name="lab", adapters=(CARD.name,), iov_preferred=True, bandwidth_mode=BandwidthMode.WEIGHT
    )
    return host.switches.create(spec)


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    """A machine with the adapter ``eth0``, which is plugged in nowhere."""
    created = host.create(machine_spec("web", network_adapters=(Adapter("eth0"),)))
    yield created
    created.delete()


def specified(lab: str, settings: PortSettings) -> PortSpec:
    values = {name: getattr(settings, name) for name in ("vlan", "security", "rules", "bandwidth", "offload")}
    more = {name: getattr(settings, name) for name in ("isolation", "profile", "rdma_weight")}
    return PortSpec(switch=lab, **values, **more)


def in_use(host: Host) -> HardwareUse | None:
    return host.switches.hardware_use(host.switches.port("eth0"))


def settled(host: Host) -> PortSettings:
    return host.switches.port("eth0").settings


@pytest.mark.usefixtures("machine")
def test_everything_comes_before_the_port_is_plugged_in(
    emulated: EmulatedHost, witness: Witness, host: Host, lab: str
) -> None:
    spec = specified(lab, EVERYTHING)
    with requests(emulated, host) as asked, witness.watching() as seen:
        host.bind_port("eth0", spec)
    assert asked == ["Enumerate"] * 4 + ["Invoke"] * 3  # two of the looks: the release, the switch's mode
    # a port has its offloads from the beginning, so that these change, and the rest is added
    assert changes(seen) == [
        f"{SERVICE}.ModifyFeatureSettings",
        f"{SERVICE}.AddFeatureSettings",
        f"{SERVICE}.ModifyResourceSettings",
    ]
    assert settled(host) == EVERYTHING
    with witness.watching() as seen:
        host.bind_port("eth0", spec)
    assert changes(seen) == []


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    "vlan",
    [
        None,
        AccessVlan(4094),
        TrunkVlan((20, 21), 3),
        PrivateVlan(PrivateVlanMode.ISOLATED, 10, (20,)),
        PrivateVlan(PrivateVlanMode.COMMUNITY, 10, (20,)),
        PrivateVlan(PrivateVlanMode.PROMISCUOUS, 10, (20, 21)),
    ],
)
def test_a_port_is_in_the_vlan_that_it_was_given_last(host: Host, lab: str, vlan: Vlan | None) -> None:
    host.bind_port("eth0", PortSpec(switch=lab, vlan=PrivateVlan(PrivateVlanMode.ISOLATED, 5, (6,))))
    host.bind_port("eth0", PortSpec(switch=lab, vlan=vlan))
    assert settled(host).vlan == vlan


@pytest.mark.usefixtures("machine")
def test_a_port_in_isolated_networks(host: Host, lab: str) -> None:
    isolation = PortIsolation(mode=IsolationMode.EXTERNAL_SUBNET, default_id=5000, allow_untagged=True)
    host.bind_port("eth0", PortSpec(switch=lab, isolation=isolation))
    assert settled(host).isolation == isolation
    host.switches.change_port(
        "eth0", lambda port: evolve(port, isolation=PortIsolation(mode=IsolationMode.NONE))
    )
    assert settled(host).isolation == PortIsolation(mode=IsolationMode.NONE)


@shows("N15")
def test_a_running_machine_has_a_virtual_function_of_the_card(
    host: Host, lab: str, machine: VirtualMachine
) -> None:
    host.bind_port("eth0", PortSpec(switch=lab, offload=PortOffload(iov_weight=100, iov_queue_pairs=2)))
    machine.start()
    (used,) = host.switches.offload()
    assert (used.virtual_functions, used.queue_pairs) == (Capacity(4, 1), Capacity(8, 2))
    assert used.vmqs == Capacity(16, 0)
    assert in_use(host) == HardwareUse(has_function=True, has_queue=False)
    host.switches.change_port("eth0", lambda port: evolve(port, offload=PortOffload(iov_weight=0)))
    (used,) = host.switches.offload()
    assert (used.virtual_functions, used.vmqs) == (Capacity(4, 0), Capacity(16, 1))
    assert in_use(host) == HardwareUse(has_function=False, has_queue=True)
    machine.turn_off()
    assert in_use(host) is None


def test_functions_go_to_the_heavier_ports(host: Host, lab: str, machine: VirtualMachine) -> None:
    light = tuple(Adapter(f"light{number}") for number in range(4))
    other = host.create(machine_spec("many", network_adapters=light))
    for adapter in light:
        host.bind_port(adapter.name, PortSpec(switch=lab, offload=PortOffload(iov_weight=10)))
    other.start()
    host.bind_port("eth0", PortSpec(switch=lab, offload=PortOffload(iov_weight=20)))
    machine.start()
    assert in_use(host) == HardwareUse(has_function=True, has_queue=False)
    lightest = host.switches.hardware_use(host.switches.port("light3"))
    assert lightest == HardwareUse(has_function=False, has_queue=True)
    other.delete()


@shows("N16")
def test_what_a_port_does_not_ask_for_it_has_as_by_default(
    host: Host, lab: str, machine: VirtualMachine
) -> None:
    host.bind_port("eth0", PortSpec(switch=lab, offload=PortOffload(ipsec_associations=0)))
    machine.start()
    (used,) = host.switches.offload()
    assert used.vmqs == Capacity(16, 1)
    found = settled(host).offload
    assert found is not None
    assert (found.vmq_weight, found.iov_queue_pairs, found.ipsec_associations) == (100, 1, 0)
    host.switches.change_port("eth0", lambda port: evolve(port, offload=PortOffload(vmq_weight=0)))
    assert host.switches.offload()[0].vmqs == Capacity(16, 0)


@pytest.mark.usefixtures("machine")
def test_a_part_is_changed_in_place_and_the_rest_stays(
    emulated: EmulatedHost, witness: Witness, host: Host, lab: str
) -> None:
    host.bind_port("eth0", specified(lab, EVERYTHING))
    quiet = evolve(EVERYTHING.security, mirroring=Mirroring.NONE)
    with requests(emulated, host) as asked, witness.watching() as seen:
        host.switches.change_port("eth0", lambda port: evolve(port, security=quiet))
    assert asked == ["Enumerate"] * 2 + ["Invoke"]
    assert changes(seen) == [f"{SERVICE}.ModifyFeatureSettings"]
    assert settled(host) == evolve(EVERYTHING, security=quiet)
    assert host.switches.port("eth0").switch_guid == lab


@pytest.mark.usefixtures("machine")
def test_a_port_that_is_plugged_in_nowhere_is_made_ready(witness: Witness, host: Host, lab: str) -> None:
    host.switches.change_port("eth0", lambda port: evolve(port, vlan=AccessVlan(8), rules=()))
    state = host.switches.port("eth0")
    assert (state.switch_guid, state.settings.vlan, state.settings.rules) == (None, AccessVlan(8), ())
    assert state.denies_rest
    with witness.watching() as seen:
        host.switches.change_port("eth0", lambda port: port, switch="lab")
    assert changes(seen) == [f"{SERVICE}.ModifyResourceSettings"]
    assert host.switches.port("eth0").switch_guid == lab
    host.switches.unplug_port("eth0")
    assert host.switches.port("eth0") == state
    with witness.watching() as seen:
        host.switches.unplug_port("eth0")
    assert changes(seen) == []


def test_rules_of_others_stay_until_rules_are_given(host: Host, lab: str, machine: VirtualMachine) -> None:
    host.bind_port("eth0", PortSpec(switch=lab))
    cable = setting(CABLE, machine.adapters.key("eth0") + "\\C")
    values = {"Direction": 1, "Action": 1, "Protocol": "TCP", "LocalPort": "22", "RemotePort": "1024-65535"}
    rule = Instance("Msvm_EthernetSwitchPortExtendedAclSettingData", {**values, "Weight": 9})
    texts = [instance_to_text(rule, host.session.schema)]
    host.session.run(
        SYSTEM_SERVICE, "AddFeatureSettings", {"AffectedConfiguration": cable, "FeatureSettings": texts}
    )
    host.switches.change_port("eth0", lambda port: evolve(port, vlan=AccessVlan(8)))
    state = host.switches.port("eth0")
    assert (state.other_rules, state.settings.rules, state.denies_rest) == (1, (), False)
    rules = (PortRule(Direction.OUTGOING),)
    host.switches.change_port("eth0", lambda port: evolve(port, rules=rules))
    state = host.switches.port("eth0")
    assert (state.other_rules, state.settings.rules, state.denies_rest) == (0, rules, True)


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize(
    "settings",
    [
        PortSettings(vlan=PrivateVlan(PrivateVlanMode.ISOLATED, 10, (10,))),
        PortSettings(vlan=PrivateVlan(PrivateVlanMode.COMMUNITY, 10, (20, 21))),
        PortSettings(vlan=PrivateVlan(PrivateVlanMode.PROMISCUOUS, 10, ())),
        PortSettings(vlan=PrivateVlan(PrivateVlanMode.ISOLATED, 10, (4095,))),
        PortSettings(vlan=AccessVlan(7), isolation=PortIsolation(mode=IsolationMode.VLAN)),
        PortSettings(offload=PortOffload(iov_weight=101)),
        PortSettings(offload=PortOffload(vmq_weight=-1)),
        PortSettings(offload=PortOffload(iov_queue_pairs=0)),
        PortSettings(rdma_weight=101),
        PortSettings(security=PortSecurity(storm_limit_pps=-1)),
        PortSettings(bandwidth=PortBandwidth(weight=101)),
        PortSettings(bandwidth=PortBandwidth(weight=5, minimum_bps=10_000_000)),
        PortSettings(bandwidth=PortBandwidth(maximum_bps=20_000_000, burst_bps=10_000_000)),
    ],
)
def test_what_no_port_is_changes_nothing(
    witness: Witness, host: Host, lab: str, settings: PortSettings
) -> None:
    with witness.watching() as seen:
        with pytest.raises(BrokenRuleError):
            host.bind_port("eth0", specified(lab, settings))
        with pytest.raises(BrokenRuleError):
            host.switches.change_port("eth0", lambda _: settings)
    assert changes(seen) == []


@pytest.mark.parametrize(
    "settings",
    [PortSettings(rdma_weight=1), PortSettings(offload=PortOffload(vrss=True))],
    ids=["rdma", "vrss"],
)
def test_older_hosts_are_asked_for_nothing_new(tmp_path: Path, settings: PortSettings) -> None:
    with (
        emulated_host(tmp_path, version="2012R2", has_files=True) as emulated,
        Host.connect(target_of(emulated)) as host,
    ):
        host.switches.create(SwitchSpec(name="lab"))
        spec = machine_spec(host=host.facts().version, network_adapters=(Adapter("eth0"),))
        host.create(spec)
        with pytest.raises(UnsupportedError, match="2016"):
            host.bind_port("eth0", specified("lab", settings))
        with pytest.raises(UnsupportedError, match="2016"):
            host.switches.change_port("eth0", lambda _: settings)
        old = evolve(EVERYTHING, rdma_weight=None, offload=PortOffload(iov_weight=50))
        host.bind_port("eth0", specified("lab", old))
        assert settled(host).security == EVERYTHING.security


def test_every_port_of_a_host_is_listed_in_six_queries(
    emulated: EmulatedHost, host: Host, lab: str, machine: VirtualMachine
) -> None:
    other = host.create(machine_spec("api", network_adapters=(Adapter("b"), Adapter("a", switch="lab"))))
    host.bind_port("eth0", specified(lab, EVERYTHING))
    machine.checkpoints.take("holds copies of the adapter")
    with requests(emulated, host) as asked:
        listed = host.switches.ports()
    assert asked == ["Enumerate"] * 6
    assert [(port.machine, port.adapter, port.switch) for port in listed] == [
        ("api", "a", "lab"),
        ("api", "b", None),
        ("web", "eth0", "lab"),
    ]
    assert listed[-1].state.settings == EVERYTHING
    other.delete()


def test_a_legacy_adapter_has_a_port_too(host: Host, lab: str) -> None:
    machine = host.create(machine_spec("old", GEN_1))
    kind = {"ResourceType": 10, "ResourceSubType": "Microsoft:Hyper-V:Emulated Ethernet Port"}
    legacy = Instance("Msvm_EmulatedEthernetPortSettingData", {**kind, "ElementName": "legacy"})
    (path,) = add_devices(host.session, machine.guid, [legacy])
    cable = connection("legacy", path.on("."), switch_path(lab).on("."))
    add_devices(host.session, machine.guid, [cable])
    host.switches.change_port(machine.adapters.key("legacy"), lambda port: evolve(port, vlan=AccessVlan(3)))
    (listed,) = [port for port in host.switches.ports() if port.machine == "old"]
    assert (listed.adapter, listed.switch, listed.state.settings.vlan) == ("legacy", "lab", AccessVlan(3))
    machine.delete()


def test_an_adapter_that_is_not_there(host: Host, machine: VirtualMachine) -> None:
    with pytest.raises(NotFoundError):
        host.switches.port("eth9")
    with pytest.raises(NotFoundError):
        machine.adapters.key("eth9")


@pytest.mark.usefixtures("machine")
@pytest.mark.parametrize("disturbance", [ResetBefore(), ResetAfter()], ids=["unsent", "unanswered"])
@pytest.mark.parametrize("method", ["ModifyFeatureSettings", "AddFeatureSettings", "ModifyResourceSettings"])
def test_a_port_whose_change_broke_off_is_off_the_network_until_it_is_made_again(
    host: Host, witness: Witness, lab: str, method: str, disturbance: Action
) -> None:
    rule = Rule(action=disturbance, operation=OperationName.INVOKE, method=method, count=1)
    with witness.misfortune(rule), pytest.raises(ConnectionLostError):
        host.switches.change_port("eth0", lambda _: EVERYTHING, switch=lab)
    is_last = method == "ModifyResourceSettings" and isinstance(disturbance, ResetAfter)
    assert host.switches.port("eth0").switch_guid == (lab if is_last else None)
    host.switches.change_port("eth0", lambda _: EVERYTHING, switch=lab)
    state = host.switches.port("eth0")
    assert (state.switch_guid, state.settings) == (lab, EVERYTHING)
