"""os-win takes, lists and removes checkpoints."""

from __future__ import annotations

from typing import Any

import pytest

from openhyperv.wire.path import parse_path
from tests.oswin.proving import proves
from tests.oswin.reading import Machine

pytestmark = pytest.mark.usefixtures("windows")


def names(machine: Machine) -> list[str]:
    return sorted(str(snapshot["ElementName"]) for snapshot in machine.snapshots)


@proves("vmutils.VMUtils.take_vm_snapshot")
def test_a_checkpoint_gets_the_name_asked_for(vmutils: Any, machine: Machine) -> None:
    path = vmutils.take_vm_snapshot(machine.name, "before")
    (snapshot,) = machine.snapshots
    assert parse_path(path) == snapshot.path
    assert snapshot["ElementName"] == "before"
    assert snapshot["VirtualSystemType"] == "Microsoft:Hyper-V:Snapshot:Realized"


def test_a_checkpoint_without_a_name_is_named_by_the_host(vmutils: Any, machine: Machine) -> None:
    vmutils.take_vm_snapshot(machine.name)
    (snapshot,) = machine.snapshots
    assert str(snapshot["ElementName"]).startswith(f"{machine.name} - (")


def test_a_running_machine_can_be_checkpointed(vmutils: Any, machine: Machine) -> None:
    vmutils.set_vm_state(machine.name, 2)
    vmutils.take_vm_snapshot(machine.name, "running")
    assert names(machine) == ["running"]
    assert machine.state == 2


@proves("vmutils.VMUtils.get_vm_snapshots")
def test_checkpoints_are_found_by_name(vmutils: Any, machine: Machine) -> None:
    paths = [vmutils.take_vm_snapshot(machine.name, name) for name in ("one", "two")]
    assert sorted(vmutils.get_vm_snapshots(machine.name)) == sorted(paths)
    assert vmutils.get_vm_snapshots(machine.name, "two") == paths[1:]
    assert vmutils.get_vm_snapshots(machine.name, "three") == []


@proves("vmutils.VMUtils.remove_vm_snapshot")
def test_a_removed_checkpoint_is_gone_and_the_others_stay(vmutils: Any, machine: Machine) -> None:
    paths = [vmutils.take_vm_snapshot(machine.name, name) for name in ("one", "two", "three")]
    vmutils.remove_vm_snapshot(paths[1])
    assert names(machine) == ["one", "three"]


def test_checkpoints_do_not_count_as_machines(vmutils: Any, machine: Machine) -> None:
    vmutils.take_vm_snapshot(machine.name, machine.name)
    assert vmutils.list_instances().count(machine.name) == 1
    assert vmutils.get_vm_id(machine.name) == machine.system["Name"]
