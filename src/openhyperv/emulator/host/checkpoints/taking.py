"""Taking a checkpoint (snapshot) of a virtual machine, running or not."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path

from attrs import frozen

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.guests.machine import GuestError
from openhyperv.emulator.host.checkpoints.disks import Leaf, make_leaves, remove_leaves
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import new_guid, system_settings_path
from openhyperv.emulator.host.jobs.running import Job, JobFailure
from openhyperv.emulator.host.jobs.state import Effect, JobType
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.host_devices import check_checkpoint
from openhyperv.emulator.host.machines.system_defaults import RECOVERY_SNAPSHOT, SNAPSHOT
from openhyperv.emulator.host.machines.undertaking import undertake
from openhyperv.emulator.host.machines.virtual_system import Snapshot, SystemState, Undertaking, VirtualSystem
from openhyperv.emulator.host.power.requesting import settle
from openhyperv.emulator.host.power.starting import start_guest
from openhyperv.emulator.host.power.transitions import guest_of

DISABLED, PRODUCTION_OR_STANDARD, PRODUCTION_ONLY, STANDARD = 2, 3, 4, 5
"""Msvm_VirtualSystemSettingData.UserSnapshotType."""


class Consistency(IntEnum):
    """Msvm_VirtualSystemSnapshotSettingData.ConsistencyLevel; ``UNKNOWN`` leaves it to the VM's settings."""

    UNKNOWN = 0
    APPLICATION = 1
    CRASH = 2


@frozen
class Wish:
    """What a client wants: VirtualSystemType of what comes out, and how consistent its disks are to be."""

    system_type: str = SNAPSHOT
    consistency: Consistency = Consistency.UNKNOWN


def take_snapshot(host: Host, system: VirtualSystem, wish: Wish) -> Job:
    """Begin a checkpoint; call it under the lock. The job's affected elements lead to what it creates.

    :raises MethodFailure: 32770 where the VM's settings or devices forbid checkpoints, 32775 while it is busy
    """
    if wish.system_type == SNAPSHOT and system.configuration.value("UserSnapshotType") == DISABLED:
        raise MethodFailure(Code.NOT_SUPPORTED, "Checkpoints are disabled for this VM.")
    check_checkpoint(system.configuration)
    return undertake(
        host,
        system,
        Undertaking.CREATING_SNAPSHOT,
        JobType.SNAPSHOT,
        "Creating Virtual Machine Snapshot",
        lambda job: _take(host, system, job, wish),
    )


def _take(host: Host, system: VirtualSystem, job: Job, wish: Wish) -> None:
    guid = new_guid()
    if not system.state.is_on:
        _take_at_rest(host, system, guid, wish.system_type)
    elif _keeps_memory(host, system, wish):
        _take_with_memory(host, system, guid, wish.system_type)
    else:
        _take_of_disks(host, system, guid, wish.system_type)
    job.affects(system_settings_path(guid), Effect.CREATES)


def capture(host: Host, system: VirtualSystem, *, with_memory: bool) -> Snapshot:
    """Freeze a running VM inside a job that keeps it busy already; call it without the lock.

    :raises JobFailure: the guest or the drive will not have it
    """
    guid = new_guid()
    if with_memory:
        _take_with_memory(host, system, guid, RECOVERY_SNAPSHOT)
    else:
        _take_of_disks(host, system, guid, RECOVERY_SNAPSHOT)
    return system.snapshots[guid.lower()]


def _keeps_memory(host: Host, system: VirtualSystem, wish: Wish) -> bool:
    """True for a standard checkpoint; a production one needs a guest whose services answer.

    :raises JobFailure: only a production checkpoint will do, and the guest cannot make one
    """
    # UNVERIFIED: a ConsistencyLevel that is asked for goes before UserSnapshotType
    kind = PRODUCTION_ONLY if wish.consistency else system.configuration.value("UserSnapshotType")
    if wish.consistency is Consistency.CRASH or wish.system_type != SNAPSHOT:
        return False
    if not host.profile.has(Release.WS2016) or kind == STANDARD:
        return True
    if system.has_heartbeat:
        return False
    if kind == PRODUCTION_ONLY:
        raise JobFailure(Code.FAILED, f"'{system.name}': production checkpoints need the guest's services.")
    return True


def _take_at_rest(host: Host, system: VirtualSystem, guid: str, system_type: str) -> None:
    leaves = make_leaves(system.configuration, host.files)
    _copy(host.state_dir(system), snapshot_dir(host, guid))
    _record(host, system, guid, leaves, system_type, is_saved=system.state is SystemState.SAVED)


def _take_of_disks(host: Host, system: VirtualSystem, guid: str, system_type: str) -> None:
    """Freeze the disks under the running guest; memory is not part of it."""
    leaves = make_leaves(system.configuration, host.files)
    moves = [(_drive_tail(leaf), leaf.parent, leaf.file) for leaf in leaves]
    try:
        guest_of(system).checkpoint(moves)
    except GuestError as error:
        remove_leaves(leaves)
        raise JobFailure(Code.FAILED, f"'{system.name}' could not be checkpointed: {error}") from error
    _record(host, system, guid, leaves, system_type, is_saved=False)


def _drive_tail(leaf: Leaf) -> str:
    return leaf.tail[:-1] + "D"


def _take_with_memory(host: Host, system: VirtualSystem, guid: str, system_type: str) -> None:
    """Save the guest, freeze disks and memory together, and let the guest go on."""
    try:
        guest_of(system).save()
    except GuestError as error:
        raise JobFailure(Code.FAILED, f"'{system.name}' could not be saved: {error}") from error
    try:
        leaves = make_leaves(system.configuration, host.files)
        _copy(host.state_dir(system), snapshot_dir(host, guid))
        _record(host, system, guid, leaves, system_type, is_saved=True)
    finally:
        _go_on(host, system)


def _go_on(host: Host, system: VirtualSystem) -> None:
    """Let the guest run from the state just saved; where it cannot, the VM stays saved."""
    was_paused = system.state is SystemState.PAUSED
    try:
        start_guest(host, system, restore=True)
    except JobFailure:
        settle(host, system, SystemState.SAVED)
        raise
    if was_paused:
        guest_of(system).pause()


def snapshot_dir(host: Host, guid: str) -> Path:
    """Where a snapshot keeps its copy of the guest's memory and firmware variables."""
    return host.data / "snapshots" / guid.lower()


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target)


def _record(
    host: Host, system: VirtualSystem, guid: str, leaves: Sequence[Leaf], system_type: str, *, is_saved: bool
) -> None:
    """From now on the snapshot exists and the VM uses the new leaves."""
    with host.changing(system):
        past = _frozen(system.configuration, guid, system_type, is_saved=is_saved)
        host.systems.add_snapshot(system, Snapshot(past, system.current_parent))
        system.current_parent = guid
        use_leaves(system.configuration, leaves)


def use_leaves(configuration: Configuration, leaves: Sequence[Leaf]) -> None:
    """Let the disks of a configuration be the new leaves."""
    for leaf in leaves:
        disk = configuration.resource(leaf.tail)
        if disk is not None:
            disk.update({"HostResource": [leaf.windows_path]})


def _frozen(configuration: Configuration, guid: str, system_type: str, *, is_saved: bool) -> Configuration:
    past = configuration.copy(guid)
    now = datetime.now(UTC)
    stamp = f"{now:%m/%d/%Y} - {now:%I:%M:%S %p}"
    past.values |= {
        "ElementName": f"{configuration.name} - ({stamp})",
        "VirtualSystemIdentifier": guid,
        "VirtualSystemType": system_type,
        "CreationTime": now,
        "IsSaved": is_saved,
    }
    return past
