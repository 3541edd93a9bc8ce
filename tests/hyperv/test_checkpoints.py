"""Checkpoints through the public API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.hyperv import checkpoints
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from tests.hyperv.specs import with_disk


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    created = host.create(with_disk("checked"))
    yield created
    created.delete()


def test_none_at_first(machine: VirtualMachine) -> None:
    assert machine.checkpoints() == []


def test_they_grow_from_each_other(machine: VirtualMachine) -> None:
    first = machine.take_checkpoint("first")
    second = machine.take_checkpoint("second")
    assert machine.checkpoints() == [first, second]
    assert (first.name, first.parent) == ("first", None)
    assert (second.name, second.parent) == ("second", first.guid)
    assert first.created is not None
    assert second.created is not None
    assert first.created <= second.created


def test_the_host_names_those_without_a_name(machine: VirtualMachine) -> None:
    taken = machine.take_checkpoint()
    assert taken.name
    assert machine.checkpoint(taken.name) == taken
    assert machine.checkpoint(taken.guid.lower()) == taken


def test_one_is_renamed(host: Host, machine: VirtualMachine) -> None:
    taken = machine.take_checkpoint("before")
    renamed = checkpoints.rename_checkpoint(host.session, taken, "after")
    assert machine.checkpoints() == [renamed]
    assert renamed.name == "after"


def test_a_name_that_two_have_is_refused(machine: VirtualMachine) -> None:
    taken = [machine.take_checkpoint("same") for _ in range(2)]
    with pytest.raises(ConflictError) as caught:
        machine.checkpoint("same")
    assert all(each.guid in caught.value.message for each in taken)
    with pytest.raises(NotFoundError):
        machine.checkpoint("other")


def test_going_back_brings_back_what_was(machine: VirtualMachine) -> None:
    taken = machine.take_checkpoint("small")
    machine.rename("grown")
    machine.resize(memory_mb=1024)
    machine.apply_checkpoint(taken)
    machine.start()
    assert machine.summary().memory_mb == 512
    assert machine.checkpoints() == [taken]


def test_a_running_machine_does_not_go_back(machine: VirtualMachine) -> None:
    taken = machine.take_checkpoint("now")
    machine.start()
    with pytest.raises(ConflictError) as caught:
        machine.apply_checkpoint(taken)
    assert caught.value.code == 32775
    assert machine.state() is MachineState.RUNNING


def test_deleting_one_keeps_those_that_grew_from_it_and_merges_disks(machine: VirtualMachine) -> None:
    (before,) = machine.disk_files()
    first = machine.take_checkpoint("first")
    second = machine.take_checkpoint("second")
    (leaf,) = machine.disk_files()
    assert leaf != before
    assert leaf.lower().endswith(".avhdx")
    machine.delete_checkpoint(first)
    (left,) = machine.checkpoints()
    assert (left.guid, left.parent) == (second.guid, None)
    machine.delete_checkpoint(second)
    assert machine.checkpoints() == []
    assert machine.disk_files() == [before]


def test_a_running_machine_is_checkpointed_and_goes_on(machine: VirtualMachine) -> None:
    machine.start()
    taken = machine.take_checkpoint("running")
    assert machine.state() is MachineState.RUNNING
    machine.delete_checkpoint(taken)
    assert machine.state() is MachineState.RUNNING
