"""Virtual switches through the methods of their service."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openhyperv.emulator.cimom.events import Change, ChangeKind
from openhyperv.emulator.cimom.provider import Result
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from tests.emulator_providers.conftest import Emulate, Emulated

SERVICE = "Msvm_VirtualEthernetSwitchManagementService"
SETTINGS = "Msvm_VirtualEthernetSwitchSettingData"
PORT = "Msvm_EthernetPortAllocationSettingData"
INVALID = 32773


def connection(emulated: Emulated, *targets: Instance, **values: Value) -> str:
    """The text of a port's setting that leads to the given objects."""
    paths = [str(target.path.on("HV1")) for target in targets if target.path]
    identity: dict[str, Value] = {
        "ResourceType": 33,
        "ResourceSubType": "Microsoft:Hyper-V:Ethernet Connection",
    }
    return emulated.text(PORT, {**identity, "HostResource": paths, **values})


def define(emulated: Emulated, name: str, *ports: str, **values: Value) -> Result:
    """Define a switch."""
    text = emulated.text(SETTINGS, {"ElementName": name, **values})
    return emulated.call(SERVICE, "DefineSystem", SystemSettings=text, ResourceSettings=list(ports))


def settings_of(emulated: Emulated, name: str) -> Instance:
    """The settings of the switch of that name."""
    (settings,) = emulated.query(f"SELECT * FROM {SETTINGS} WHERE ElementName='{name}'")
    return settings


def adapters(emulated: Emulated) -> list[Instance]:
    """The host's physical adapters."""
    return emulated.all("Msvm_ExternalEthernetPort")


def test_a_private_switch_needs_a_name_only(emulated: Emulated) -> None:
    result = define(emulated, "private")
    assert result.return_value == 0
    switch = emulated.only("Msvm_VirtualEthernetSwitch")
    assert result.out["ResultingSystem"] == switch.path
    assert switch["ElementName"] == "private"
    (settings,) = emulated.query(
        f"ASSOCIATORS OF {{{switch.path}}} WHERE AssocClass=Msvm_SettingsDefineState ResultClass={SETTINGS}"
    )
    assert settings["VirtualSystemIdentifier"] == switch["Name"]


def test_an_external_switch_binds_its_adapter(emulated: Emulated) -> None:
    first, second = adapters(emulated)
    host = emulated.only("Msvm_ComputerSystem")
    result = define(emulated, "wan", connection(emulated, first), connection(emulated, host))
    assert result.return_value == 0
    assert [adapter["IsBound"] for adapter in adapters(emulated)] == [True, False]
    internal = emulated.only("Msvm_InternalEthernetPort")
    assert internal["ElementName"] == "wan"
    assert define(emulated, "again", connection(emulated, first)).return_value == INVALID
    assert define(emulated, "other", connection(emulated, second)).return_value == 0


def test_where_a_port_leads_is_written_as_windows_writes_it(emulated: Emulated) -> None:
    target = (
        r'\\.\ROOT/virtualization/v2:msvm_computersystem.name="hv1",CREATIONCLASSNAME="Msvm_ComputerSystem"'
    )
    port = emulated.text(PORT, {"ResourceType": 33, "HostResource": [target]})
    assert define(emulated, "lan", port).return_value == 0
    (setting,) = [port for port in emulated.all(PORT) if "Definition" not in str(port["InstanceID"])]
    assert setting["HostResource"] == [
        r'\\HV1\root\virtualization\v2:Msvm_ComputerSystem.CreationClassName="Msvm_ComputerSystem",Name="HV1"'
    ]


@given(
    name=st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\"'%\n\t<&"), min_size=1)
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_switch_may_be_called_anything(emulated: Emulated, name: str) -> None:
    result = define(emulated, name)
    path = result.out["ResultingSystem"]
    assert isinstance(path, ObjectPath)
    assert emulated.manager.get(path)["ElementName"] == name


def test_an_adapter_leads_to_its_switch(emulated: Emulated) -> None:
    define(emulated, "wan", connection(emulated, adapters(emulated)[0]))
    adapter = adapters(emulated)[0]
    (near,) = emulated.query(
        f"ASSOCIATORS OF {{{adapter.path}}} WHERE AssocClass=Msvm_EthernetDeviceSAPImplementation"
    )
    (far,) = emulated.query(f"ASSOCIATORS OF {{{near.path}}} WHERE AssocClass=Msvm_ActiveConnection")
    assert far["SystemName"] == emulated.only("Msvm_VirtualEthernetSwitch")["Name"]
    (port,) = emulated.query(
        f"ASSOCIATORS OF {{{far.path}}} WHERE AssocClass=Msvm_EthernetDeviceSAPImplementation"
    )
    assert port.class_name == "Msvm_EthernetSwitchPort"


def test_ports_that_lead_nowhere_are_refused(emulated: Emulated) -> None:
    switch = "Msvm_VirtualEthernetSwitch"
    define(emulated, "one")
    nowhere = Instance(
        "Msvm_ComputerSystem",
        path=ObjectPath("Msvm_ComputerSystem", {"CreationClassName": "Msvm_ComputerSystem", "Name": "HV9"}),
    )
    for port in (
        connection(emulated),
        connection(emulated, nowhere),
        connection(emulated, emulated.only(switch)),
        connection(emulated, *adapters(emulated)),
        emulated.text(PORT, {"HostResource": ["not a path"]}),
    ):
        assert define(emulated, "bad", port).return_value == INVALID
    assert len(emulated.all(switch)) == 1


def test_embedded_teaming_takes_several_adapters(emulated: Emulated) -> None:
    result = define(emulated, "team", connection(emulated, *adapters(emulated)), TeamingEnabled=True)
    assert result.return_value == 0
    assert all(adapter["IsBound"] for adapter in adapters(emulated))


def test_destroying_is_a_job_and_frees_the_adapter(emulated: Emulated) -> None:
    define(emulated, "wan", connection(emulated, adapters(emulated)[0]))
    switch = emulated.only("Msvm_VirtualEthernetSwitch")
    job = emulated.finished_job(emulated.call(SERVICE, "DestroySystem", AffectedSystem=switch.path))
    assert (job["JobState"], job["JobType"], job["ErrorCode"]) == (7, 132, 0)
    assert emulated.all("Msvm_VirtualEthernetSwitch") == []
    assert not any(adapter["IsBound"] for adapter in adapters(emulated))
    gone = emulated.call(SERVICE, "DestroySystem", AffectedSystem=switch.path)
    assert gone.return_value == INVALID


def test_settings_change_except_what_is_for_life(emulated: Emulated) -> None:
    define(emulated, "lan")
    settings = settings_of(emulated, "lan")

    def modify(**values: Value) -> int:
        text = emulated.text(SETTINGS, {"InstanceID": settings["InstanceID"], **values})
        return emulated.call(SERVICE, "ModifySystemSettings", SystemSettings=text).return_value

    assert modify(ElementName="renamed", Notes=["two", "lines"]) == 0
    assert settings_of(emulated, "renamed")["Notes"] == ["two", "lines"]
    assert modify(IOVPreferred=True) == INVALID
    assert modify(BandwidthReservationMode=9) == INVALID


def test_ports_come_and_go(emulated: Emulated) -> None:
    define(emulated, "lan")
    settings = settings_of(emulated, "lan")
    host = emulated.only("Msvm_ComputerSystem")
    added = emulated.call(
        SERVICE,
        "AddResourceSettings",
        AffectedConfiguration=settings.path,
        ResourceSettings=[connection(emulated, host, ElementName="management")],
    )
    assert added.return_value == 0
    (port,) = emulated.query(
        f"ASSOCIATORS OF {{{settings.path}}} WHERE AssocClass=Msvm_VirtualSystemSettingDataComponent"
    )
    assert added.out["ResultingResourceSettings"] == [port.path]
    assert emulated.only("Msvm_InternalEthernetPort")["ElementName"] == "management"
    external = emulated.text(
        PORT, {"InstanceID": port["InstanceID"], "HostResource": [str(adapters(emulated)[1].path)]}
    )
    assert emulated.call(SERVICE, "ModifyResourceSettings", ResourceSettings=[external]).return_value == 0
    assert adapters(emulated)[1]["IsBound"]
    removed = emulated.call(SERVICE, "RemoveResourceSettings", ResourceSettings=[port.path])
    assert removed.return_value == 0
    assert (
        emulated.call(SERVICE, "RemoveResourceSettings", ResourceSettings=[port.path]).return_value == INVALID
    )


def test_features_of_a_switch_and_of_its_port(emulated: Emulated) -> None:
    define(emulated, "lan", connection(emulated, emulated.only("Msvm_ComputerSystem")))
    settings = settings_of(emulated, "lan")
    (port,) = emulated.query(
        f"ASSOCIATORS OF {{{settings.path}}} WHERE AssocClass=Msvm_VirtualSystemSettingDataComponent"
    )
    vlan = emulated.text("Msvm_EthernetSwitchPortVlanSettingData", {"OperationMode": 1, "AccessVlanId": 7})
    bandwidth = emulated.text("Msvm_VirtualEthernetSwitchBandwidthSettingData", {"DefaultFlowWeight": 50})

    def add(target: ObjectPath | None, text: str) -> Result:
        return emulated.call(
            SERVICE, "AddFeatureSettings", AffectedConfiguration=target, FeatureSettings=[text]
        )

    assert add(port.path, vlan).return_value == 0
    assert add(port.path, vlan).return_value == INVALID, "a port has one VLAN"
    assert add(settings.path, vlan).return_value == INVALID, "a switch has none"
    assert add(port.path, bandwidth).return_value == INVALID
    assert add(settings.path, bandwidth).return_value == 0
    (found,) = emulated.query(
        f"ASSOCIATORS OF {{{port.path}}} WHERE AssocClass=Msvm_EthernetPortSettingDataComponent"
    )
    assert found["AccessVlanId"] == 7
    change = {"InstanceID": found["InstanceID"], "AccessVlanId": 8}
    text = emulated.text("Msvm_EthernetSwitchPortVlanSettingData", change)
    assert emulated.call(SERVICE, "ModifyFeatureSettings", FeatureSettings=[text]).return_value == 0
    assert found.path is not None
    assert emulated.manager.get(found.path)["AccessVlanId"] == 8
    assert emulated.call(SERVICE, "RemoveFeatureSettings", FeatureSettings=[found.path]).return_value == 0


def test_switches_outlive_a_restart(emulate: Emulate) -> None:
    before = emulate()
    define(before, "wan", connection(before, adapters(before)[0]), Notes=["kept"])
    vlan = before.text("Msvm_EthernetSwitchPortVlanSettingData", {"OperationMode": 1, "AccessVlanId": 7})
    (port,) = [port for port in before.all(PORT) if "Definition" not in str(port["InstanceID"])]
    before.call(SERVICE, "AddFeatureSettings", AffectedConfiguration=port.path, FeatureSettings=[vlan])
    kept = ("Msvm_VirtualEthernetSwitch", SETTINGS, PORT, "Msvm_EthernetSwitchPortVlanSettingData")
    seen = {class_name: before.all(class_name) for class_name in kept}
    before.host.close()
    after = emulate()
    assert {class_name: after.all(class_name) for class_name in kept} == seen
    assert adapters(after)[0]["IsBound"]


def test_watchers_hear_of_switches(emulated: Emulated) -> None:
    heard: list[Change] = []
    emulated.host.events.watch(heard.append)
    define(emulated, "lan")
    kinds = {change.kind for change in heard if change.target.class_name == "Msvm_VirtualEthernetSwitch"}
    assert kinds == {ChangeKind.CREATION}


@pytest.mark.parametrize("settings", ["", "<INSTANCE", '<INSTANCE CLASSNAME="Msvm_MemorySettingData"/>'])
def test_a_text_that_is_no_switch_is_refused(emulated: Emulated, settings: str) -> None:
    result = emulated.call(SERVICE, "DefineSystem", SystemSettings=settings, ResourceSettings=[])
    assert result.return_value == INVALID


def test_a_running_machine_is_plugged_in(emulated: Emulated) -> None:
    define(emulated, "lan")
    switch = emulated.only("Msvm_VirtualEthernetSwitch")
    define_machine_on(emulated, switch)
    assert emulated.all("Msvm_EthernetSwitchPort") == []
    emulated.finished_job(emulated.on_machine("RequestStateChange", RequestedState=2))
    port = emulated.only("Msvm_EthernetSwitchPort")
    assert (port["ElementName"], port["SystemName"]) == ("port-1", switch["Name"])
    (near,) = emulated.query(
        f"ASSOCIATORS OF {{{port.path}}} WHERE AssocClass=Msvm_EthernetDeviceSAPImplementation"
    )
    (far,) = emulated.query(f"ASSOCIATORS OF {{{near.path}}} WHERE AssocClass=Msvm_ActiveConnection")
    machine = emulated.query("SELECT * FROM Msvm_ComputerSystem WHERE ElementName='vm'")[0]
    assert str(far["SystemName"]).upper() == machine["Name"]
    refused = emulated.finished_job(emulated.call(SERVICE, "DestroySystem", AffectedSystem=switch.path))
    assert (refused["JobState"], refused["ErrorCode"]) == (10, 32774)
    emulated.finished_job(emulated.on_machine("RequestStateChange", RequestedState=3))
    assert emulated.all("Msvm_LANEndpoint") == []
    assert (
        emulated.finished_job(emulated.call(SERVICE, "DestroySystem", AffectedSystem=switch.path))["JobState"]
        == 7
    )


def define_machine_on(emulated: Emulated, switch: Instance) -> None:
    """A VM whose network adapter ``port-1`` is connected to a switch."""
    nic = {"ResourceType": 10, "ResourceSubType": "Microsoft:Hyper-V:Synthetic Ethernet Port"}
    nic_id = "Microsoft:X\\nic"
    parent = (
        r'\\HV1\root\virtualization\v2:Msvm_SyntheticEthernetPortSettingData.InstanceID="Microsoft:X\\nic"'
    )
    resources = [
        emulated.text(
            "Msvm_SyntheticEthernetPortSettingData", {**nic, "InstanceID": nic_id, "ElementName": "port-1"}
        ),
        connection(emulated, switch, Parent=parent),
    ]
    system = emulated.text("Msvm_VirtualSystemSettingData", {"ElementName": "vm"})
    defined = emulated.call(
        "Msvm_VirtualSystemManagementService",
        "DefineSystem",
        SystemSettings=system,
        ResourceSettings=resources,
    )
    assert defined.return_value == 0


def test_a_switch_leaves_nothing_to_hardware(emulated: Emulated) -> None:
    define(emulated, "lan", IOVPreferred=True)
    switch = emulated.only("Msvm_VirtualEthernetSwitch")
    (data,) = emulated.query(f"ASSOCIATORS OF {{{switch.path}}} WHERE AssocClass=Msvm_EthernetSwitchInfo")
    assert (data["SystemName"], data["IovVfCapacity"], data["VmqCapacity"]) == (switch["Name"], 0, 0)


EXTENSION = "Msvm_EthernetSwitchExtension"


def test_a_switch_lists_the_extensions_that_its_release_has(emulate: Emulate) -> None:
    captures = []
    for release in ("2019", "2025"):
        emulated = emulate(release, folder=release)
        define(emulated, "lan")
        switch = emulated.only("Msvm_VirtualEthernetSwitch")
        capture, platform = emulated.query(
            f"ASSOCIATORS OF {{{switch.path}}} WHERE AssocClass=Msvm_HostedEthernetSwitchExtension"
        )
        assert (capture["ElementName"], capture["ExtensionType"]) == ("Microsoft NDIS Capture", 1)
        assert platform["ElementName"] == "Microsoft Windows Filtering Platform"
        assert len(settings_of(emulated, "lan")["ExtensionOrder"]) == 2
        captures.append(capture["Name"])
    assert captures == ["EA24CD6C-D17A-4348-9190-09F0D5BE83DD", "430BDADD-BAB0-41AB-A369-94B67FA5BE0A"]


def test_an_extension_stays_as_it_was_switched(emulate: Emulate) -> None:
    emulated = emulate()
    define(emulated, "lan")
    (capture,) = emulated.query(f"SELECT * FROM {EXTENSION} WHERE ElementName='Microsoft NDIS Capture'")
    assert (capture["EnabledState"], capture["Vendor"]) == (3, "Microsoft")
    assert capture.path is not None
    assert emulated.manager.invoke(capture.path, "RequestStateChange", {"RequestedState": 9}, "").return_value
    assert not emulated.manager.invoke(
        capture.path, "RequestStateChange", {"RequestedState": 2}, ""
    ).return_value
    assert emulated.manager.get(capture.path)["EnabledState"] == 2
    emulated.host.close()
    assert emulate().manager.get(capture.path)["EnabledState"] == 2


def test_the_order_of_extensions_can_be_turned_but_not_thinned(emulated: Emulated) -> None:
    define(emulated, "lan")
    settings = settings_of(emulated, "lan")
    order = list(settings["ExtensionOrder"])

    def reorder(paths: list[str]) -> int:
        text = emulated.text(SETTINGS, {"InstanceID": settings["InstanceID"], "ExtensionOrder": paths})
        return emulated.call(SERVICE, "ModifySystemSettings", SystemSettings=text).return_value

    assert reorder(order[:1]) == INVALID
    assert reorder(order[::-1]) == 0
    assert settings_of(emulated, "lan")["ExtensionOrder"] == order[::-1]


def test_every_feature_belongs_to_the_native_extension(emulated: Emulated) -> None:
    (native,) = [
        extension
        for extension in emulated.all("Msvm_InstalledEthernetSwitchExtension")
        if extension["ExtensionType"] == 5
    ]
    features = emulated.query(
        f"ASSOCIATORS OF {{{native.path}}} WHERE AssocClass=Msvm_EthernetSwitchExtensionCapabilities"
    )
    assert {feature["ElementName"] for feature in features} >= {"Ethernet Switch Port VLAN Settings"}


def test_the_hosts_own_port_gets_what_its_switch_can_promise(emulated: Emulated) -> None:
    port = connection(emulated, emulated.only("Msvm_ComputerSystem"))
    define(emulated, "weighted", port, BandwidthReservationMode=1)
    (setting,) = [port for port in emulated.all(PORT) if "Definition" not in str(port["InstanceID"])]
    bandwidth = "Msvm_EthernetSwitchPortBandwidthSettingData"

    def add(**values: Value) -> Result:
        texts: list[Value] = [emulated.text(bandwidth, values)]
        return emulated.call(
            SERVICE, "AddFeatureSettings", AffectedConfiguration=setting.path, FeatureSettings=texts
        )

    job = emulated.finished_job(add(Reservation=10_000_000))
    assert (job["JobState"], job["JobType"]) == (10, 134)
    assert "0x80070057" in str(job["ErrorDescription"])
    assert add(Weight=10).return_value == 0
