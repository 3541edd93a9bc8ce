"""What a host without virtual machines answers in root/virtualization/v2."""

from __future__ import annotations

import pytest

from openhyperv.wire.instance import Instance
from tests.emulator_providers.conftest import Emulate, Emulated


def definition(emulated: Emulated, sub_type: str, point: str) -> Instance:
    """The definition that a client finds by walking from a pool."""
    (pool,) = emulated.query(
        "SELECT * FROM CIM_ResourcePool WHERE Primordial=TRUE"
        f" AND ResourceSubType='Microsoft:Hyper-V:{sub_type}'"
    )
    (capabilities,) = emulated.query(
        f"ASSOCIATORS OF {{{pool.path}}} WHERE AssocClass=Msvm_ElementCapabilities"
        " ResultClass=Msvm_AllocationCapabilities"
    )
    role, value_range = {"Default": (0, 0), "Minimum": (1, 3), "Maximum": (2, 3), "Increment": (3, 3)}[point]
    links = emulated.query(
        f"REFERENCES OF {{{capabilities.path}}} WHERE ResultClass=Msvm_SettingsDefineCapabilities"
    )
    (found,) = [link for link in links if link["ValueRole"] == role and link["ValueRange"] == value_range]
    part = found["PartComponent"]
    return emulated.manager.get(part)  # type: ignore[arg-type]


def test_a_pool_leads_to_its_four_definitions(emulated: Emulated) -> None:
    quantities = [
        definition(emulated, "Processor", point)["VirtualQuantity"]
        for point in ("Default", "Minimum", "Maximum", "Increment")
    ]
    assert quantities == [1, 1, 2048, 1]
    memory = definition(emulated, "Memory", "Default")
    assert memory["InstanceID"] == r"Microsoft:Definition\4764334E-E001-4176-82EE-5594EC9B530E\Default"
    assert memory["AllocationUnits"] == "byte * 2^20"


def test_a_default_is_found_by_its_name_too(emulated: Emulated) -> None:
    found = emulated.query(
        "SELECT * FROM Msvm_StorageAllocationSettingData WHERE InstanceID LIKE 'Microsoft:Definition%Default'"
        " AND ResourceSubType='Microsoft:Hyper-V:Virtual Hard Disk'"
    )
    assert [setting["ResourceType"] for setting in found] == [31]


def test_pools_are_those_of_the_release(emulate: Emulate) -> None:
    old, new = emulate("2012R2", "old"), emulate("2025", "new")
    assert [pool["ResourceType"] for pool in old.all("Msvm_Synth3dVideoPool")] == [24]
    assert new.all("Msvm_Synth3dVideoPool") == []
    assert len(old.all("CIM_ResourcePool")) == 18


def test_processors_and_memory_add_up(emulated: Emulated) -> None:
    nodes = emulated.all("Msvm_NumaNode")
    assert [node["NodeID"] for node in nodes] == [r"Microsoft:PhysicalNode\0", r"Microsoft:PhysicalNode\1"]
    assert len(emulated.all("Msvm_Processor")) == 24
    hosted = emulated.query(
        f"ASSOCIATORS OF {{{nodes[1].path}}}"
        " WHERE AssocClass=Msvm_HostedDependency ResultClass=Msvm_Processor"
    )
    assert len(hosted) == 12
    blocks = {
        str(memory["DeviceID"])[-9:]: memory["NumberOfBlocks"] for memory in emulated.all("Msvm_Memory")
    }
    assert blocks["Aggregate"] == 98_304


def test_the_host_is_a_computer_system_of_its_own(emulated: Emulated) -> None:
    host = emulated.only("Msvm_ComputerSystem")
    assert (host["Name"], host["Caption"], host["NumberOfNumaNodes"]) == ("HV1", "Hosting Computer System", 2)
    assert host["EnabledState"] == 2


@pytest.mark.parametrize(
    ("class_name", "name"),
    [
        ("Msvm_VirtualSystemManagementService", "vmms"),
        ("Msvm_VirtualSystemSnapshotService", "vssnapsvc"),
        ("Msvm_ImageManagementService", "vhdsvc"),
        ("Msvm_VirtualEthernetSwitchManagementService", "nvspwmi"),
    ],
)
def test_services_run_under_their_known_names(emulated: Emulated, class_name: str, name: str) -> None:
    service = emulated.only(class_name)
    assert (service["Name"], service["SystemName"], service["Started"]) == (name, "HV1", True)


def test_management_capabilities_lead_to_the_configuration_versions(emulated: Emulated) -> None:
    capabilities = emulated.only("Msvm_VirtualSystemManagementCapabilities")
    definitions = emulated.query(
        f"ASSOCIATORS OF {{{capabilities.path}}} WHERE AssocClass=Msvm_SettingsDefineCapabilities"
    )
    assert {"8.0", "10.0", "12.0"} <= {definition["Version"] for definition in definitions}
    (template,) = emulated.query(
        "SELECT * FROM Msvm_VirtualSystemSettingData WHERE ElementName='MicrosoftUEFICertificateAuthority'"
    )
    assert template["SecureBootTemplateId"] == "272e7447-90a4-4563-a4b9-8e4ab00526ce"


def test_a_definition_is_no_virtual_machine(emulated: Emulated) -> None:
    realized = "VirtualSystemType='Microsoft:Hyper-V:System:Realized'"
    assert emulated.query(f"SELECT * FROM Msvm_VirtualSystemSettingData WHERE {realized}") == []


def test_feature_capabilities_lead_to_defaults(emulated: Emulated) -> None:
    (capabilities,) = emulated.query(
        "SELECT * FROM Msvm_EthernetSwitchFeatureCapabilities"
        " WHERE FeatureId='952C5004-4465-451C-8CB8-FA9AB382B773'"
    )
    (default,) = emulated.query(
        f"ASSOCIATORS OF {{{capabilities.path}}} WHERE AssocClass=Msvm_FeatureSettingsDefineCapabilities"
    )
    assert default.class_name == "Msvm_EthernetSwitchPortVlanSettingData"
    assert default["OperationMode"] == 1


def test_service_settings_hang_on_the_service(emulated: Emulated) -> None:
    service = emulated.only("Msvm_VirtualSystemManagementService")
    (settings,) = emulated.query(
        f"ASSOCIATORS OF {{{service.path}}} WHERE AssocClass=Msvm_ElementSettingData"
    )
    assert settings["InstanceID"] == "Microsoft:HV1"
    assert str(settings["MinimumMacAddress"]).startswith("00155D")


def test_a_machine_takes_from_pools(emulated: Emulated) -> None:
    service = "Msvm_VirtualSystemManagementService"
    text = emulated.text("Msvm_VirtualSystemSettingData", {"ElementName": "vm"})
    emulated.call(service, "DefineSystem", SystemSettings=text, ResourceSettings=[])
    pool = emulated.only("Msvm_ProcessorPool")
    taken = f"ASSOCIATORS OF {{{pool.path}}} WHERE AssocClass=Msvm_ResourceAllocationFromPool"
    (processor,) = emulated.query(taken)
    assert processor.class_name == "Msvm_ProcessorSettingData"
    (back,) = emulated.query(
        f"ASSOCIATORS OF {{{processor.path}}} WHERE AssocClass=Msvm_ResourceAllocationFromPool"
    )
    assert back.path == pool.path
