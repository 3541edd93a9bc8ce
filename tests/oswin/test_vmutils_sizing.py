"""os-win sets how much a machine has of the host, and how it behaves."""

from __future__ import annotations

from typing import Any

import pytest

from tests.oswin.proving import proves
from tests.oswin.reading import Machine

pytestmark = pytest.mark.usefixtures("windows")

MEMORY = "Msvm_MemorySettingData"
PROCESSOR = "Msvm_ProcessorSettingData"


def update(vmutils: Any, machine: Machine, **changes: Any) -> None:
    asked = {
        "memory_mb": 2048,
        "memory_per_numa_node": 0,
        "vcpus_num": 2,
        "vcpus_per_numa_node": 0,
        "limit_cpu_features": False,
        "dynamic_mem_ratio": 1,
    }
    vmutils.update_vm(machine.name, **{**asked, **changes})


@proves("vmutils.VMUtils.update_vm")
def test_memory_and_processors_are_set(vmutils: Any, machine: Machine) -> None:
    update(vmutils, machine, memory_mb=3072, vcpus_num=4, limit_cpu_features=True)

    memory = machine.device(MEMORY)
    assert [memory[name] for name in ("VirtualQuantity", "Reservation", "Limit")] == [3072, 3072, 3072]
    assert memory["DynamicMemoryEnabled"] is False
    processor = machine.device(PROCESSOR)
    assert processor["VirtualQuantity"] == 4
    assert processor["Limit"] == 100_000
    assert processor["LimitProcessorFeatures"] is True


@proves("vmutils.VMUtils.update_vm", "vmutils.VMUtils.get_vm_memory_info")
def test_dynamic_memory_starts_small(vmutils: Any, machine: Machine) -> None:
    update(vmutils, machine, memory_mb=4096, dynamic_mem_ratio=2)

    memory = machine.device(MEMORY)
    assert [memory[name] for name in ("VirtualQuantity", "Reservation", "Limit")] == [2048, 2048, 4096]
    told = vmutils.get_vm_memory_info(machine.name)
    assert told.pop("DynamicMemoryEnabled") is True
    assert told == {name: memory[name] for name in told}


@proves("vmutils.VMUtils.update_vm")
def test_virtual_numa_nodes_get_their_size(vmutils: Any, machine: Machine) -> None:
    update(vmutils, machine, memory_per_numa_node=1024, vcpus_per_numa_node=1, vnuma_enabled=True)

    assert machine.device(MEMORY)["MaxMemoryBlocksPerNumaNode"] == 1024
    assert machine.device(PROCESSOR)["MaxProcessorsPerNumaNode"] == 1
    assert machine.settings["VirtualNumaEnabled"] is True


@proves("vmutils.VMUtils.update_vm")
def test_the_rest_of_the_settings_is_changed(vmutils: Any, machine: Machine) -> None:
    folder = r"D:\moved"
    update(
        vmutils,
        machine,
        configuration_root_dir=folder,
        host_shutdown_action=4,
        snapshot_type=5,
        chassis_asset_tag="rack 7",
    )

    settings = machine.settings
    assert settings["AutomaticShutdownAction"] == 4
    assert settings["UserSnapshotType"] == 5
    assert settings["ChassisAssetTag"] == "rack 7"
    for root in ("ConfigurationDataRoot", "LogDataRoot", "SnapshotDataRoot", "SuspendDataRoot"):
        assert settings[root] == folder


@proves("vmutils10.VMUtils10.set_nested_virtualization")
def test_nested_virtualization_is_switched(vmutils: Any, machine: Machine) -> None:
    for state in (True, False):
        vmutils.set_nested_virtualization(machine.name, state)
        assert machine.device(PROCESSOR)["ExposeVirtualizationExtensions"] is state


@proves("vmutils.VMUtils.enable_vm_full_scsi_command_set")
def test_the_full_scsi_command_set_is_allowed(vmutils: Any, machine: Machine) -> None:
    vmutils.enable_vm_full_scsi_command_set(machine.name)
    assert machine.settings["AllowFullSCSICommandSet"] is True
