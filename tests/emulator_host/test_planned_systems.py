"""Planned machines: settings and devices like any other's, but nowhere counted among machines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from openhyperv.emulator.cimom.events import Change, Indication
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import SERVICE, Emulated, emulate
from tests.emulator_host.devices import disk, make_disk, medium
from tests.emulator_host.transfers import (
    DISK_SETTINGS,
    PLANNED,
    destroy,
    disk_file,
    guid_of,
    problems,
    realized,
)

FILE = r"C:\vms\disk.vhdx"
CONNECTION = "Msvm_EthernetPortAllocationSettingData"


def _plan(emulated: Emulated, resources: list[str] | None = None) -> ObjectPath:
    text = emulated.text(
        "Msvm_VirtualSystemSettingData",
        {"ElementName": "soon", "VirtualSystemSubType": "Microsoft:Hyper-V:SubType:2"},
    )
    result = emulated.call("DefinePlannedSystem", SystemSettings=text, ResourceSettings=resources or [])
    assert result.return_value == 0
    path = result.out["ResultingSystem"]
    assert isinstance(path, ObjectPath)
    return path


@pytest.fixture
def planned(emulated: Emulated) -> ObjectPath:
    """A planned machine with one real disk."""
    make_disk(emulated, FILE)
    return _plan(emulated, disk(emulated, FILE))


def test_a_planned_machine_is_no_machine_yet(emulated: Emulated, planned: ObjectPath) -> None:
    shown = emulated.get(planned)
    assert (shown["ElementName"], shown["EnabledState"], shown["Caption"]) == (
        "soon",
        3,
        "Planned Virtual Machine",
    )
    assert [system.path for system in emulated.all(PLANNED)] == [planned]
    assert not [s for s in emulated.all("Msvm_ComputerSystem") if s["Name"] == guid_of(planned)]
    summary = emulated.call("GetSummaryInformation", RequestedInformation=[0, 1])
    assert summary.out["SummaryInformation"] == []
    assert not emulated.associated(planned, "Msvm_ComputerSystem", "Msvm_HostedDependency")


def test_its_settings_say_that_it_is_planned(emulated: Emulated, planned: ObjectPath) -> None:
    settings = emulated.settings_of(planned)
    assert settings["VirtualSystemType"] == "Microsoft:Hyper-V:System:Planned"
    assert settings["InstanceID"] == f"Microsoft:{guid_of(planned)}"
    listed = {s["InstanceID"] for s in emulated.all("Msvm_VirtualSystemSettingData")}
    assert settings["InstanceID"] in listed


def _request(emulated: Emulated, planned: ObjectPath) -> int:
    return emulated.invoke(planned, "RequestStateChange", RequestedState=2).return_value


def _snapshot(emulated: Emulated, planned: ObjectPath) -> int:
    service = "Msvm_VirtualSystemSnapshotService"
    return emulated.call_of(service, "CreateSnapshot", AffectedSystem=planned, SnapshotType=2).return_value


def _export(emulated: Emulated, planned: ObjectPath) -> int:
    return emulated.call(
        "ExportSystemDefinition", ComputerSystem=planned, ExportDirectory=r"C:\x"
    ).return_value


@pytest.mark.parametrize(("ask", "code"), [(_request, 32775), (_snapshot, 32773), (_export, 32773)])
def test_it_cannot_do_what_machines_do(
    emulated: Emulated, planned: ObjectPath, ask: Callable[[Emulated, ObjectPath], int], code: int
) -> None:
    assert ask(emulated, planned) == code


def test_realizing_makes_it_a_machine(emulated: Emulated, planned: ObjectPath) -> None:
    machine = realized(emulated, planned)
    assert guid_of(machine) == guid_of(planned)
    assert emulated.all(PLANNED) == []
    assert emulated.settings_of(machine)["VirtualSystemType"] == "Microsoft:Hyper-V:System:Realized"
    assert emulated.request(machine, 2)["JobState"] == 7


def test_a_missing_disk_is_reported_by_its_setting_and_can_be_replaced(
    emulated: Emulated, planned: ObjectPath
) -> None:
    emulated.host.files.local(FILE).unlink()
    (error,) = problems(emulated, planned)
    (setting,) = emulated.devices_of(planned, DISK_SETTINGS)
    assert FILE in error
    assert str(setting["InstanceID"]).rpartition("\\")[2] in error
    assert emulated.finish(emulated.call("RealizePlannedSystem", PlannedSystem=planned))["JobState"] == 10
    make_disk(emulated, r"C:\vms\other.vhdx")
    values = {"InstanceID": setting["InstanceID"], "HostResource": [r"C:\vms\other.vhdx"]}
    result = emulated.call("ModifyResourceSettings", ResourceSettings=[emulated.text(DISK_SETTINGS, values)])
    assert result.return_value == 0
    assert disk_file(emulated, planned) == r"C:\vms\other.vhdx"
    assert problems(emulated, planned) == []


def test_an_unknown_switch_is_reported_by_the_connection(emulated: Emulated) -> None:
    switches = "Msvm_VirtualEthernetSwitchManagementService"
    text = emulated.text("Msvm_VirtualEthernetSwitchSettingData", {"ElementName": "blue"})
    switch = emulated.call_of(switches, "DefineSystem", SystemSettings=text).out["ResultingSystem"]
    assert isinstance(switch, ObjectPath)
    nic_text = emulated.text(
        "Msvm_SyntheticEthernetPortSettingData", {"InstanceID": "nic", "ElementName": "eth0"}
    )
    parent = '\\\\.\\root\\virtualization\\v2:Msvm_SyntheticEthernetPortSettingData.InstanceID="nic"'
    values = {"Parent": parent, "HostResource": [str(switch)], "ResourceType": 33}
    connection = emulated.text(
        CONNECTION, {**values, "ResourceSubType": "Microsoft:Hyper-V:Ethernet Connection"}
    )
    planned = _plan(emulated, [nic_text, connection])
    assert problems(emulated, planned) == []
    gone = emulated.call_of(switches, "DestroySystem", AffectedSystem=switch)
    if gone.return_value == 4096:
        emulated.finish(gone)
    (error,) = problems(emulated, planned)
    assert "blue" in error


def test_destroying_it_leaves_its_disks(emulated: Emulated, planned: ObjectPath) -> None:
    destroy(emulated, planned)
    assert emulated.all(PLANNED) == []
    assert not [s for s in emulated.all("Msvm_VirtualSystemSettingData") if s["ElementName"] == "soon"]
    assert emulated.host.files.local(FILE).is_file()


def test_devices_can_be_added_to_it(emulated: Emulated, planned: ObjectPath) -> None:
    (setting,) = emulated.devices_of(planned, DISK_SETTINGS)
    removed = emulated.call("RemoveResourceSettings", ResourceSettings=[setting.path])
    assert removed.return_value == 0
    drive_id = str(setting["InstanceID"])[:-1] + "D"
    added = emulated.call(
        "AddResourceSettings",
        AffectedConfiguration=emulated.settings_of(planned).path,
        ResourceSettings=[medium(emulated, drive_id, FILE)],
    )
    assert added.return_value == 0
    assert disk_file(emulated, planned) == FILE


def test_it_outlasts_a_restart_of_the_host(tmp_path: Path) -> None:
    first = emulate(tmp_path)
    planned = _plan(first)
    first.host.close()
    second = emulate(tmp_path)
    try:
        assert [system.path for system in second.all(PLANNED)] == [planned]
        realized(second, planned)
    finally:
        second.host.close()


def test_watchers_see_it_come_and_become_real(emulated: Emulated) -> None:
    seen: list[tuple[str, str]] = []

    def note(happening: Change | Indication) -> None:
        if isinstance(happening, Change):
            seen.append((happening.kind.name, happening.target.class_name))

    stop = emulated.host.events.watch(note)
    realized(emulated, _plan(emulated))
    stop()
    assert ("CREATION", PLANNED) in seen
    assert ("DELETION", PLANNED) in seen
    assert ("CREATION", "Msvm_ComputerSystem") in seen


def test_only_planned_machines_are_realized(emulated: Emulated) -> None:
    system = emulated.define("real")
    for method in ("RealizePlannedSystem", "ValidatePlannedSystem"):
        (service,) = emulated.all(SERVICE)
        assert service.path is not None
        planned = ObjectPath(PLANNED, {"CreationClassName": PLANNED, "Name": guid_of(system)})
        assert emulated.invoke(service.path, method, PlannedSystem=planned).return_value == 32773
