"""Every association that the host lists leads from each of its ends to the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.emulator.cimom.faults import CimFault
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import V2, Emulated, emulate
from tests.emulator_host.devices import disk, drive, make_disk

SWITCHES = "Msvm_VirtualEthernetSwitchManagementService"
HOST = r'\\HV1\root\virtualization\v2:Msvm_ComputerSystem.CreationClassName="Msvm_ComputerSystem",Name="HV1"'
EXPECTED = {
    "Msvm_ActiveConnection",
    "Msvm_AffectedJobElement",
    "Msvm_ElementCapabilities",
    "Msvm_ElementSettingData",
    "Msvm_EthernetDeviceSAPImplementation",
    "Msvm_EthernetPortSettingDataComponent",
    "Msvm_HostedDependency",
    "Msvm_HostedResourcePool",
    "Msvm_HostedService",
    "Msvm_LogicalIdentity",
    "Msvm_MediaPresent",
    "Msvm_MostCurrentSnapshotInBranch",
    "Msvm_OwningJobElement",
    "Msvm_ParentChildSettingData",
    "Msvm_ProtocolControllerForUnit",
    "Msvm_ResourceAllocationFromPool",
    "Msvm_ServiceAffectsElement",
    "Msvm_SettingsDefineCapabilities",
    "Msvm_SettingsDefineState",
    "Msvm_SnapshotOfVirtualSystem",
    "Msvm_SystemDevice",
    "Msvm_VirtualSystemSettingDataComponent",
}
"""What a host with a running, connected VM with a disk and a checkpoint must have."""


@pytest.fixture(scope="module")
def peopled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulated]:
    folder: Path = tmp_path_factory.mktemp("host")
    emulated = emulate(folder)
    make_disk(emulated, r"C:\vms\disk.vhdx")
    resources = [*disk(emulated, r"C:\vms\disk.vhdx"), drive(emulated, "new-scsi", 1, "dvd", dvd=True)]
    system = emulated.define(resources=resources)
    connect(emulated, system)
    emulated.request(system, 2)
    arguments = {"AffectedSystem": system, "SnapshotSettings": "", "SnapshotType": 2}
    service = "Msvm_VirtualSystemSnapshotService"
    assert emulated.finish(emulated.call_of(service, "CreateSnapshot", **arguments))["JobState"] == 7
    yield emulated
    emulated.host.close()


def connect(emulated: Emulated, system: ObjectPath) -> None:
    """Give the VM an adapter at a switch, with a VLAN."""
    port = emulated.text("Msvm_EthernetPortAllocationSettingData", {"HostResource": [HOST]})
    name = emulated.text("Msvm_VirtualEthernetSwitchSettingData", {"ElementName": "internal"})
    made = emulated.call_of(SWITCHES, "DefineSystem", SystemSettings=name, ResourceSettings=[port])
    switch = made.out["ResultingSystem"]
    assert isinstance(switch, ObjectPath)
    nic = emulated.text("Msvm_SyntheticEthernetPortSettingData", {"ElementName": "nic"})
    adapter = added(emulated, system, nic)
    ends = {"Parent": str(adapter.on("HV1")), "HostResource": [str(switch.on("HV1"))]}
    connection = added(emulated, system, emulated.text("Msvm_EthernetPortAllocationSettingData", ends))
    values = {"OperationMode": 1, "AccessVlanId": 5}
    vlan = emulated.text("Msvm_EthernetSwitchPortVlanSettingData", values)
    result = emulated.call("AddFeatureSettings", AffectedConfiguration=connection, FeatureSettings=[vlan])
    assert result.return_value == 0


def added(emulated: Emulated, system: ObjectPath, text: str) -> ObjectPath:
    """A device that is added to the VM."""
    settings = emulated.settings_of(system).path
    result = emulated.call("AddResourceSettings", AffectedConfiguration=settings, ResourceSettings=[text])
    assert result.return_value == 0
    (path,) = result.out["ResultingResourceSettings"]  # type: ignore[misc,union-attr]
    assert isinstance(path, ObjectPath)
    return path


def listed(emulated: Emulated) -> dict[str, list[Instance]]:
    """Every association that is answered, with its instances."""
    found: dict[str, list[Instance]] = {}
    for decl in emulated.host.schema.classes(V2):
        if decl.is_association and not decl.is_abstract:
            try:
                links = emulated.all(decl.name)
            except CimFault:
                continue  # nothing here answers for the class
            found[decl.name] = [link for link in links if link.class_name == decl.name]
    return found


def test_what_there_is_can_be_listed(peopled: Emulated) -> None:
    assert {name for name, links in listed(peopled).items() if links} >= EXPECTED


def test_settings_are_listed_for_all_that_has_them(peopled: Emulated) -> None:
    links = peopled.all("Msvm_SettingsDefineState")
    elements = {str(getattr(link["ManagedElement"], "class_name", "")) for link in links}
    devices = {"Msvm_LogicalDisk", "Msvm_Processor", "Msvm_SyntheticEthernetPort"}
    assert elements >= {"Msvm_ComputerSystem", "Msvm_VirtualEthernetSwitch", *devices}


def test_every_link_is_found_from_both_ends(peopled: Emulated) -> None:
    for name, links in listed(peopled).items():
        for link in links:
            (role, one), (other_role, other) = (
                (role, end) for role, end in link.items() if isinstance(end, ObjectPath)
            )
            assert reaches(peopled, name, (role, one), (other_role, other)), link
            assert reaches(peopled, name, (other_role, other), (role, one)), link


def reaches(
    emulated: Emulated, name: str, start: tuple[str, ObjectPath], end: tuple[str, ObjectPath]
) -> bool:
    """True if ASSOCIATORS OF and REFERENCES OF lead from one end, an object that is there, to the other."""
    (role, one), (other_role, other) = start, end
    walk = f"WHERE AssocClass={name} Role={role} ResultRole={other_role}"
    there = [found.path for found in emulated.query(f"ASSOCIATORS OF {{{one}}} {walk}")]
    references = emulated.query(f"REFERENCES OF {{{one}}} WHERE ResultClass={name} Role={role}")
    return other in there and any(found[other_role] == other for found in references)


def test_jobs_belong_to_the_service_that_runs_them(peopled: Emulated) -> None:
    owners = {
        str(getattr(link["OwningElement"], "class_name", "")) for link in peopled.all("Msvm_OwningJobElement")
    }
    assert {"Msvm_VirtualSystemManagementService", "Msvm_VirtualSystemSnapshotService"} <= owners
