"""What kind a checkpoint is: what the machine's setting says, or what is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import JobError, UnsupportedError
from openhyperv.hyperv.checkpoints.taking import Consistency
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import SYSTEM_SERVICE, SYSTEM_SETTINGS
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value
from tests.capabilities import shows
from tests.hyperv.specs import with_disk

DISABLED, PRODUCTION, PRODUCTION_ONLY, STANDARD = 2, 3, 4, 5


@pytest.fixture
def machine(host: Host) -> Iterator[VirtualMachine]:
    """A running machine."""
    created = host.create(with_disk("checked"))
    created.start()
    yield created
    created.delete()


def _demand(host: Host, machine: VirtualMachine, kind: int) -> None:
    values: dict[str, Value] = {"InstanceID": f"Microsoft:{machine.guid}", "UserSnapshotType": kind}
    text = instance_to_text(Instance(SYSTEM_SETTINGS, values), host.session.schema)
    host.session.run(SYSTEM_SERVICE, "ModifySystemSettings", {"SystemSettings": text})


def _let_guest_answer(emulated: EmulatedHost, machine: VirtualMachine) -> None:
    system = emulated.host.systems.find(machine.guid)
    assert system is not None
    assert system.session is not None
    system.session.last_heartbeat = datetime.now(UTC)


@shows("E12", "O6")
def test_the_setting_of_the_machine_decides(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine
) -> None:
    assert machine.checkpoints.take("fallback").has_memory, "no guest answers: standard instead"
    _let_guest_answer(emulated, machine)
    assert not machine.checkpoints.take("production").has_memory
    _demand(host, machine, STANDARD)
    assert machine.checkpoints.take("standard").has_memory
    assert machine.state() is MachineState.RUNNING


@shows("E12")
def test_a_production_checkpoint_that_cannot_be_taken_is_none(host: Host, machine: VirtualMachine) -> None:
    _demand(host, machine, PRODUCTION_ONLY)
    with pytest.raises(JobError, match="production") as caught:
        machine.checkpoints.take("never")
    assert caught.value.code == 32768
    _demand(host, machine, PRODUCTION)
    with pytest.raises(JobError, match="production"):
        machine.checkpoints.take("never", Consistency.PRODUCTION)
    assert machine.checkpoints.list() == []


@shows("E12")
def test_checkpoints_can_be_forbidden(host: Host, machine: VirtualMachine) -> None:
    _demand(host, machine, DISABLED)
    with pytest.raises(UnsupportedError) as caught:
        machine.checkpoints.take("never")
    assert caught.value.code == 32770


def test_the_kind_can_be_asked_for_one_by_one(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine
) -> None:
    _demand(host, machine, STANDARD)
    assert not machine.checkpoints.take("crash", Consistency.CRASH).has_memory
    _let_guest_answer(emulated, machine)
    assert not machine.checkpoints.take("production", Consistency.PRODUCTION).has_memory
