"""A machine that becomes what a new specification says, by what differs alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import ConflictError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import system_settings
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.drives import BlankDisk, Disk
from openhyperv.machine.lifecycle import CheckpointKind, StopAction
from openhyperv.machine.memory import Memory
from openhyperv.machine.numa import NumaTopology
from openhyperv.machine.processors import Processors
from openhyperv.machine.request import DiskRequest
from openhyperv.machine.spec import MachineSpec
from openhyperv.machine.violations import BrokenRuleError
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import AssociatorsOf
from tests.capabilities import shows
from tests.hyperv.counting import requests
from tests.hyperv.specs import GIB, machine_spec
from tests.hyperv.stock import Stock
from tests.witness import Witness, changes

MACHINE_CALL = "Msvm_VirtualSystemManagementService.ModifySystemSettings"
DEVICE_CALL = "Msvm_VirtualSystemManagementService.ModifyResourceSettings"


@pytest.fixture
def spec(stock: Stock) -> MachineSpec:
    return stock.spec("changing")


@pytest.fixture
def machine(host: Host, spec: MachineSpec) -> Iterator[VirtualMachine]:
    created = host.create(spec)
    yield created
    created.delete()


def device(host: Host, machine: VirtualMachine, class_name: str) -> Instance:
    query = AssociatorsOf(
        system_settings(machine.guid),
        association_class="Msvm_VirtualSystemSettingDataComponent",
        result_class=class_name,
    )
    return next(host.session.query(query))


def shown(host: Host, machine: VirtualMachine) -> dict[str, Any]:
    """What a change of everything shows in."""
    system = host.session.get(system_settings(machine.guid))
    processor = device(host, machine, "Msvm_ProcessorSettingData")
    memory = device(host, machine, "Msvm_MemorySettingData")
    medium = device(host, machine, "Msvm_StorageAllocationSettingData")
    return {
        "vcpus": processor["VirtualQuantity"],
        "nested": processor["ExposeVirtualizationExtensions"],
        "limited": processor["LimitProcessorFeatures"],
        "memory": (memory["Reservation"], memory["VirtualQuantity"], memory["Limit"]),
        "dynamic": memory["DynamicMemoryEnabled"],
        "numa": system["VirtualNumaEnabled"],
        "stop": system["AutomaticShutdownAction"],
        "checkpoints": system["UserSnapshotType"],
        "iops": medium["IOPSLimit"],
        "notes": system["Notes"],
    }


def with_limit(spec: MachineSpec, maximum_iops: int) -> tuple[Disk, ...]:
    return tuple(evolve(disk, maximum_iops=maximum_iops) for disk in spec.disks)


def test_what_is_as_asked_is_not_sent(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine, spec: MachineSpec
) -> None:
    with requests(emulated, host) as asked:
        assert machine.reconfigure(spec) == []
    assert asked == ["Enumerate", "Get", "Invoke"], "devices, the whole, and the size of its disk"


@shows("E8", "E10", "E12", "I14", "J7")
def test_everything_changes_in_two_calls_and_back_again(
    host: Host, machine: VirtualMachine, spec: MachineSpec, witness: Witness
) -> None:
    before = shown(host, machine)
    changed = evolve(
        spec,
        processors=Processors(4, nested=True, limit_features=True),
        memory=Memory.static(2048),
        numa=NumaTopology(2, 2, 1024),
        disks=with_limit(spec, 500),
        stop_action=StopAction.SHUT_DOWN,
        checkpoints=CheckpointKind.STANDARD,
        notes="changed",
    )
    with witness.watching() as seen:
        machine.reconfigure(changed)
    assert changes(seen) == [DEVICE_CALL, MACHINE_CALL]
    assert shown(host, machine) == {
        "vcpus": 4,
        "nested": True,
        "limited": True,
        "memory": (2048, 2048, 2048),
        "dynamic": False,
        "numa": True,
        "stop": 4,
        "checkpoints": 5,
        "iops": 500,
        "notes": [str(spec.identity), "changed"],
    }
    machine.reconfigure(evolve(spec, checkpoints=CheckpointKind.PRODUCTION))
    assert shown(host, machine) == before


@shows("E2")
def test_memory_becomes_dynamic_and_static_again(
    host: Host, machine: VirtualMachine, spec: MachineSpec
) -> None:
    machine.reconfigure(evolve(spec, memory=Memory(1024, 512, 4096, buffer_percent=30, weight=7000)))
    memory = device(host, machine, "Msvm_MemorySettingData")
    assert (memory["TargetMemoryBuffer"], memory["Weight"]) == (30, 7000)
    assert shown(host, machine)["memory"] == (512, 1024, 4096)
    assert shown(host, machine)["dynamic"] is True
    machine.reconfigure(spec)
    assert shown(host, machine)["dynamic"] is False


@shows("E1")
def test_static_memory_changes_while_it_runs_and_processors_do_not(
    host: Host, machine: VirtualMachine, spec: MachineSpec
) -> None:
    machine.start()
    machine.reconfigure(evolve(spec, memory=Memory.static(1024)))
    assert shown(host, machine)["memory"] == (1024, 1024, 1024)
    with pytest.raises(ConflictError) as caught:
        machine.reconfigure(evolve(spec, processors=Processors(4)))
    assert "Turn the machine off" in (caught.value.remedy or "")
    assert caught.value.target == machine.guid
    machine.turn_off()


def test_odd_memory_is_refused_before_anything_is_sent(machine: VirtualMachine, witness: Witness) -> None:
    with witness.watching() as seen, pytest.raises(BrokenRuleError, match="steps of 2 MiB"):
        machine.resize(memory_mb=1025)
    assert seen == []


@shows("J6")
def test_disks_grow_come_and_go(host: Host, machine: VirtualMachine, spec: MachineSpec) -> None:
    (root,) = spec.disks
    more = machine_spec(
        disks=(
            DiskRequest("root", root.source, size_bytes=GIB, boot_index=0),
            DiskRequest("eph0", BlankDisk(), size_bytes=GIB),
        ),
    )
    grown = evolve(
        spec, disks=(evolve(root, size_bytes=3 * GIB), evolve(more.disks[1], slot=spec.dvds[0].slot))
    )
    machine.reconfigure(grown)
    drives = {str(drive.file).rpartition("\\")[2]: drive for drive in machine.disks.list()}
    assert set(drives) >= {"root.vhdx", "eph0.vhdx"}
    assert drives["eph0.vhdx"].slot != spec.dvds[0].slot, "the slot was taken"
    assert host.disks.inspect(str(drives["root.vhdx"].file)).size_bytes == 3 * GIB
    assert machine.reconfigure(grown) == []
    machine.reconfigure(evolve(grown, disks=(grown.disks[0],)))
    assert not any("eph0" in str(drive.file) for drive in machine.disks.list())
    assert not host.share.exists(host.layout.machine(spec.identity) / "eph0.vhdx")


@shows("J1")
def test_a_disk_is_never_made_smaller(machine: VirtualMachine, spec: MachineSpec, witness: Witness) -> None:
    smaller = evolve(spec, processors=Processors(4), disks=(evolve(spec.disks[0], size_bytes=GIB // 2),))
    with witness.watching() as seen, pytest.raises(ConflictError) as caught:
        machine.reconfigure(smaller)
    assert "root.vhdx" in (caught.value.target or "")
    assert changes(seen) == []


def test_another_machines_specification_is_refused(machine: VirtualMachine) -> None:
    with pytest.raises(ConflictError, match="another machine") as caught:
        machine.reconfigure(machine_spec("changing"))
    assert caught.value.target == machine.guid


def test_creating_it_again_is_done_already_or_refused_by_what_differs(
    host: Host, machine: VirtualMachine, spec: MachineSpec, witness: Witness
) -> None:
    with witness.watching() as seen:
        assert host.create(spec).guid == machine.guid
    assert changes(seen) == []
    with pytest.raises(ConflictError, match="differs in VirtualQuantity") as caught:
        host.create(evolve(spec, processors=Processors(8)))
    assert caught.value.target == spec.name
