"""Applying a checkpoint: the virtual machine becomes what it was, and its present state is given up."""

from __future__ import annotations

import shutil

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.checkpoints.disks import disks_of, file_of, is_leaf_file, make_leaves
from openhyperv.emulator.host.checkpoints.merging import merge_unused
from openhyperv.emulator.host.checkpoints.taking import snapshot_dir, use_leaves
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import Job
from openhyperv.emulator.host.jobs.state import JobType
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.system_defaults import REALIZED
from openhyperv.emulator.host.machines.undertaking import undertake
from openhyperv.emulator.host.machines.virtual_system import Snapshot, SystemState, Undertaking, VirtualSystem
from openhyperv.emulator.host.power.requesting import settle

_KEPT = ("ElementName", "VirtualSystemIdentifier", "CreationTime", "ConfigurationID")
"""What stays the VM's own whatever snapshot is applied."""


def apply_snapshot(host: Host, system: VirtualSystem, snapshot: Snapshot) -> Job:
    """Begin to apply; call it under the lock.

    :raises MethodFailure: 32775 unless the VM is off or saved, and not busy
    """
    if system.state.is_on or system.is_planned:
        raise MethodFailure(Code.INVALID_STATE, "A snapshot is applied while the VM is off or saved.")
    return undertake(
        host,
        system,
        Undertaking.APPLYING_SNAPSHOT,
        JobType.APPLY_SNAPSHOT,
        "Applying Virtual Machine Snapshot",
        lambda job: _apply(host, system, snapshot, job),
    )


def _apply(host: Host, system: VirtualSystem, snapshot: Snapshot, job: Job) -> None:
    leaves = make_leaves(snapshot.configuration, host.files)
    _restore_state_dir(host, system, snapshot)
    is_saved = snapshot.configuration.value("IsSaved") is True
    with host.changing(system):
        given_up = [file_of(disk) for disk in disks_of(system.configuration)]
        system.configuration = _revived(snapshot.configuration, system.configuration)
        use_leaves(system.configuration, leaves)
        system.current_parent = system.last_applied = snapshot.guid
        system.unmerged += [path for path in given_up if is_leaf_file(path)]
    settle(host, system, SystemState.SAVED if is_saved else SystemState.OFF)
    merge_unused(host, system, job.progress)


def _restore_state_dir(host: Host, system: VirtualSystem, snapshot: Snapshot) -> None:
    """Memory and firmware variables as they were; a snapshot of disks alone leaves the variables."""
    kept = snapshot_dir(host, snapshot.guid)
    if kept.is_dir():
        shutil.rmtree(host.state_dir(system), ignore_errors=True)
        shutil.copytree(kept, host.state_dir(system))


def _revived(frozen: Configuration, present: Configuration) -> Configuration:
    revived = frozen.copy(present.owner)
    revived.values.pop("IsSaved", None)
    revived.values["VirtualSystemType"] = REALIZED
    revived.values |= {name: present.value(name) for name in _KEPT}
    return revived
