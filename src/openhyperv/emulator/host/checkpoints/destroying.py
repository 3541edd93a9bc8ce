"""Deleting checkpoints: their settings go, and their disks are merged once no guest runs on them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence

from openhyperv.emulator.host.checkpoints.disks import disks_of, file_of
from openhyperv.emulator.host.checkpoints.merging import merge_unused
from openhyperv.emulator.host.checkpoints.taking import snapshot_dir
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import Job
from openhyperv.emulator.host.jobs.state import JobType
from openhyperv.emulator.host.machines.undertaking import undertake
from openhyperv.emulator.host.machines.virtual_system import Snapshot, Undertaking, VirtualSystem


def destroy_snapshots(host: Host, system: VirtualSystem, snapshots: Sequence[Snapshot]) -> Job:
    """Begin to delete snapshots; call it under the lock. Children of a deleted one go to its parent.

    Under a running guest the files stay as they are until it has ended.

    :raises MethodFailure: 32775 while the VM is busy
    """
    return undertake(
        host,
        system,
        Undertaking.DELETING_SNAPSHOT,
        JobType.DESTROY_SNAPSHOT,
        "Deleting Virtual Machine Snapshot",
        lambda job: _destroy(host, system, snapshots, job),
    )


def subtree(system: VirtualSystem, snapshot: Snapshot) -> Iterator[Snapshot]:
    """A snapshot and all that grew from it, children first."""
    for child in system.children_of(snapshot.guid):
        yield from subtree(system, child)
    yield snapshot


def _destroy(host: Host, system: VirtualSystem, snapshots: Sequence[Snapshot], job: Job) -> None:
    with host.changing(system):
        for snapshot in snapshots:
            forget_snapshot(host, system, snapshot)
    if not system.state.is_on:
        merge_unused(host, system, job.progress)


def merge_later(host: Host, system: VirtualSystem) -> Job:
    """Merge in a job of its own what was deleted while the guest ran; call it under the lock.

    :raises MethodFailure: 32775 while the VM is busy
    """
    return undertake(
        host,
        system,
        Undertaking.MERGING_DISKS,
        JobType.MERGE_DISKS,
        "Merging Virtual Machine Disks",
        lambda job: merge_unused(host, system, job.progress),
    )


def forget_snapshot(host: Host, system: VirtualSystem, snapshot: Snapshot) -> None:
    """Drop a snapshot's settings, and note its disks for merging; call it under the lock."""
    host.systems.remove_snapshot(system, snapshot)
    system.unmerged += [file_of(disk) for disk in disks_of(snapshot.configuration)]
    shutil.rmtree(snapshot_dir(host, snapshot.guid), ignore_errors=True)
