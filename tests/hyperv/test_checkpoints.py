"""Checkpoints through the public API."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.hyperv.checkpoints.applying import WhenRunning
from openhyperv.hyperv.checkpoints.checkpoint import Checkpoint
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from tests.capabilities import shows
from tests.hyperv.specs import with_disk


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    created = host.create(with_disk("checked"))
    yield created
    created.delete()


def test_none_at_first(machine: VirtualMachine) -> None:
    assert machine.checkpoints.list() == []


def test_they_grow_from_each_other(machine: VirtualMachine) -> None:
    first = machine.checkpoints.take("first")
    second = machine.checkpoints.take("second")
    assert machine.checkpoints.list() == [first, second]
    assert (first.name, first.parent) == ("first", None)
    assert (second.name, second.parent) == ("second", first.guid)
    assert first.created is not None
    assert second.created is not None
    assert first.created <= second.created


def test_the_host_names_those_without_a_name(machine: VirtualMachine) -> None:
    taken = machine.checkpoints.take()
    assert taken.name
    assert machine.checkpoints.find(taken.name) == taken
    assert machine.checkpoints.find(taken.guid.lower()) == taken


def test_one_is_renamed(machine: VirtualMachine) -> None:
    taken = machine.checkpoints.take("before")
    renamed = machine.checkpoints.rename(taken, "after")
    assert machine.checkpoints.list() == [renamed]
    assert renamed.name == "after"


def test_a_name_that_two_have_is_refused(machine: VirtualMachine) -> None:
    taken = [machine.checkpoints.take("same") for _ in range(2)]
    with pytest.raises(ConflictError) as caught:
        machine.checkpoints.find("same")
    assert all(each.guid in caught.value.message for each in taken)
    with pytest.raises(NotFoundError):
        machine.checkpoints.find("other")


def test_going_back_brings_back_what_was(machine: VirtualMachine) -> None:
    taken = machine.checkpoints.take("small")
    machine.rename("grown")
    machine.resize(memory_mb=1024)
    machine.checkpoints.apply(taken)
    machine.start()
    assert machine.summary().memory_mb == 512
    assert machine.checkpoints.list() == [taken]


def test_a_running_machine_does_not_go_back(machine: VirtualMachine) -> None:
    taken = machine.checkpoints.take("now")
    machine.start()
    with pytest.raises(ConflictError) as caught:
        machine.checkpoints.apply(taken)
    assert caught.value.code == 32775
    assert machine.state() is MachineState.RUNNING


def test_one_that_runs_is_turned_off_if_that_is_said(machine: VirtualMachine) -> None:
    taken = machine.checkpoints.take("off")
    machine.start()
    machine.checkpoints.apply(taken, WhenRunning.TURN_OFF)
    assert machine.state() is MachineState.OFF
    with_memory = _taken_running(machine)
    machine.checkpoints.apply(with_memory, WhenRunning.TURN_OFF)
    assert machine.state() is MachineState.SAVED


def _taken_running(machine: VirtualMachine) -> Checkpoint:
    machine.start()
    taken = machine.checkpoints.take("running")
    assert taken.has_memory
    return taken


@shows("O6")
def test_the_tree_tells_what_grew_from_what_and_where_the_machine_is(machine: VirtualMachine) -> None:
    assert machine.checkpoints.tree().current is None
    root = machine.checkpoints.take("root")
    left = machine.checkpoints.take("left")
    machine.checkpoints.apply(root)
    right = machine.checkpoints.take("right")
    tree = machine.checkpoints.tree()
    assert [(depth, node.checkpoint) for depth, node in tree.walk()] == [(0, root), (1, left), (1, right)]
    assert tree.current == right
    machine.checkpoints.apply(left)
    assert machine.checkpoints.tree().current == left


@shows("O6")
def test_a_subtree_goes_as_a_whole(machine: VirtualMachine) -> None:
    (disk,) = machine.disk_files()
    root = machine.checkpoints.take("root")
    machine.checkpoints.take("child")
    machine.checkpoints.take("grandchild")
    machine.checkpoints.apply(root)
    other = machine.checkpoints.take("other")
    child = machine.checkpoints.find("child")
    machine.checkpoints.delete(child, with_subtree=True)
    assert machine.checkpoints.list() == [root, other]
    machine.checkpoints.delete(root, with_subtree=True)
    assert machine.checkpoints.list() == []
    assert machine.disk_files() == [disk]


def test_one_that_is_gone_already_may_be_deleted_again(machine: VirtualMachine) -> None:
    taken = machine.checkpoints.take("short")
    for _ in range(2):
        machine.checkpoints.delete(taken)
    assert machine.checkpoints.list() == []


@shows("O6")
def test_deleting_one_keeps_those_that_grew_from_it_and_merges_disks(machine: VirtualMachine) -> None:
    (before,) = machine.disk_files()
    first = machine.checkpoints.take("first")
    second = machine.checkpoints.take("second")
    (leaf,) = machine.disk_files()
    assert leaf != before
    assert leaf.lower().endswith(".avhdx")
    machine.checkpoints.delete(first)
    (left,) = machine.checkpoints.list()
    assert (left.guid, left.parent) == (second.guid, None)
    machine.checkpoints.delete(second)
    assert machine.checkpoints.list() == []
    assert machine.disk_files() == [before]


def test_a_running_machine_is_checkpointed_and_goes_on(machine: VirtualMachine) -> None:
    machine.start()
    taken = machine.checkpoints.take("running")
    assert machine.state() is MachineState.RUNNING
    machine.checkpoints.delete(taken)
    assert machine.state() is MachineState.RUNNING
