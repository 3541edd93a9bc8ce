"""Changing single settings of a machine that exists; what is not named stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError
from openhyperv.hyperv.creation.notes import is_unfinished
from openhyperv.hyperv.device_changes import change_devices
from openhyperv.hyperv.names import (
    PROCESSOR,
    SYSTEM_SERVICE,
    SYSTEM_SETTINGS,
    is_guid,
    resource_id,
    system_settings,
)
from openhyperv.hyperv.sizing import PROCESSOR_SETTINGS, memory_settings
from openhyperv.hyperv.values import texts
from openhyperv.machine.lifecycle import CheckpointKind, StopAction
from openhyperv.machine.limits import MEMORY_STEP_MB
from openhyperv.machine.memory import Memory
from openhyperv.machine.rules.texts import check_name, check_text
from openhyperv.machine.violations import BrokenRuleError, Rule
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_WHILE_IT_RUNS = (
    "Turn the machine off first. While it runs only some settings change; the size of static memory is among"
    " them since Windows Server 2016."
)


@frozen(kw_only=True)
class MachineChanges:
    """What is to change; None stays. ``notes`` are for people: the machine's identity stays before them."""

    vcpus: int | None = None
    memory: Memory | None = None
    nested: bool | None = None
    limit_features: bool | None = None
    hide_hypervisor: bool | None = None
    stop_action: StopAction | None = None
    checkpoints: CheckpointKind | None = None
    name: str | None = None
    notes: str | None = None


def change(session: Session, guid: str, changes: MachineChanges) -> None:
    """Send changes: of devices in one call, of the whole in another; a look before where notes change.

    :raises BrokenRuleError: no machine can have that name, such notes or so much memory; nothing was sent
    :raises ConflictError: the machine's state forbids a change
    """
    _check_steps(changes.memory)
    whole = _whole(changes)
    if changes.notes is not None:
        whole["Notes"] = _notes(session, guid, check_text("notes", changes.notes))
    devices = list(_processors(changes, guid))
    if changes.memory is not None:
        devices.append(memory_settings(changes.memory, guid))
    change_machine_devices(session, guid, devices)
    change_whole(session, guid, whole)


def change_machine_devices(session: Session, guid: str, changes: Sequence[Instance]) -> None:
    """Change devices in one call; none for no changes.

    :raises ConflictError: the machine's state forbids it; the remedy says what to do
    """
    if changes:
        with remedied():
            change_devices(session, guid, changes)


def change_whole(session: Session, guid: str, values: dict[str, Value]) -> None:
    """Change the machine as a whole in one call; none for no values.

    :raises ConflictError: the machine's state forbids it; the remedy says what to do
    """
    if not values:
        return
    settings = Instance(SYSTEM_SETTINGS, {"InstanceID": f"Microsoft:{guid}", **values})
    arguments: dict[str, Value] = {"SystemSettings": instance_to_text(settings, session.schema)}
    with remedied():
        session.run(SYSTEM_SERVICE, "ModifySystemSettings", arguments, target=guid)


def _check_steps(memory: Memory | None) -> None:
    sizes = () if memory is None else (memory.startup_mb, memory.minimum_mb, memory.maximum_mb)
    for size_mb in sizes:
        if size_mb % MEMORY_STEP_MB:
            message = f"{size_mb} MiB of memory: Hyper-V gives memory in steps of {MEMORY_STEP_MB} MiB."
            raise BrokenRuleError(Rule.MEMORY, "memory_mb", message)


def _whole(changes: MachineChanges) -> dict[str, Value]:
    values: dict[str, Value] = {}
    if changes.name is not None:
        values["ElementName"] = check_name(changes.name)
    if changes.stop_action is not None:
        values["AutomaticShutdownAction"] = changes.stop_action.value
    if changes.checkpoints is not None:
        values["UserSnapshotType"] = changes.checkpoints.value
    return values


def _notes(session: Session, guid: str, notes: str) -> list[str]:
    """The machine's identity, if it has one of ours, and the notes behind it."""
    present = texts(session.get(system_settings(guid)), "Notes")
    kept = 2 if is_unfinished(present) else 1 if is_guid("".join(present[:1])) else 0
    return [*present[:kept], *([notes] if notes else [])]


def _processors(changes: MachineChanges, guid: str) -> Iterator[Instance]:
    wanted: dict[str, Value] = {
        "VirtualQuantity": changes.vcpus,
        "ExposeVirtualizationExtensions": changes.nested,
        "LimitProcessorFeatures": changes.limit_features,
        "HideHypervisorPresent": changes.hide_hypervisor,
    }
    values = {name: value for name, value in wanted.items() if value is not None}
    if values:
        yield Instance(PROCESSOR_SETTINGS, {"InstanceID": resource_id(guid, PROCESSOR), **values})


@contextmanager
def remedied() -> Iterator[None]:
    """Say what to do about a state that forbids a change."""
    try:
        yield
    except ConflictError as error:
        error.remedy = error.remedy or _WHILE_IT_RUNS
        raise
