"""Destroying a virtual machine: at once, or by a job where checkpoints' disks are to be merged first."""

from __future__ import annotations

import shutil

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.checkpoints.destroying import forget_snapshot
from openhyperv.emulator.host.checkpoints.merging import merge_unused
from openhyperv.emulator.host.checkpoints.taking import snapshot_dir
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import Job
from openhyperv.emulator.host.jobs.state import JobType
from openhyperv.emulator.host.machines.undertaking import undertake
from openhyperv.emulator.host.machines.virtual_system import Undertaking, VirtualSystem


def destroy_system(host: Host, system: VirtualSystem) -> Job | None:
    """Destroy a VM; call it under the lock. Its disks' files stay, merged into those that were there first.

    A planned VM's stay as they are: they are those of the export that it was imported from.

    :raises MethodFailure: 32775 unless the VM is off or saved, and not busy
    """
    if system.state.is_on or system.is_busy:
        raise MethodFailure(Code.INVALID_STATE, "Only a VM that is off or saved can be destroyed.")
    if system.is_planned or not (system.snapshots or system.unmerged):
        _forget(host, system)
        return None
    return undertake(
        host,
        system,
        Undertaking.MERGING_DISKS,
        JobType.DESTROY,
        "Destroying Virtual Machine",
        lambda job: _destroy(host, system, job),
    )


def _destroy(host: Host, system: VirtualSystem, job: Job) -> None:
    with host.changing(system):
        for snapshot in list(system.snapshots.values()):
            forget_snapshot(host, system, snapshot)
    merge_unused(host, system, job.progress)
    with host.lock:
        _forget(host, system)


def _forget(host: Host, system: VirtualSystem) -> None:
    host.remove(system)
    for folder in (host.state_dir(system), *(snapshot_dir(host, s.guid) for s in system.snapshots.values())):
        shutil.rmtree(folder, ignore_errors=True)
