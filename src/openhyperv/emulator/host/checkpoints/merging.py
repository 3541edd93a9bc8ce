"""Merging what deleted checkpoints have left of a virtual machine's disks, once nothing runs on them."""

from __future__ import annotations

from openhyperv.emulator.host.checkpoints.disks import disks_of, file_of
from openhyperv.emulator.host.checkpoints.tidying import Progress, Tidying
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem


def configurations_of(system: VirtualSystem) -> list[Configuration]:
    """The VM's own and those of its snapshots."""
    return [system.configuration, *(snapshot.configuration for snapshot in system.snapshots.values())]


def used_files(system: VirtualSystem) -> set[str]:
    """The Windows paths of all disk files that the VM or a snapshot refers to, lower case."""
    return {file_of(disk).lower() for c in configurations_of(system) for disk in disks_of(c)}


def merge_unused(host: Host, system: VirtualSystem, progress: Progress | None = None) -> None:
    """Merge the VM's unmerged files; call it without the lock, while no guest runs.

    ``progress`` hears how far it is, in percent.

    :raises JobFailure: a file is missing or damaged; what was merged before that is noted
    """
    with host.lock:
        used = used_files(system)
        unused = [path for path in system.unmerged if path.lower() not in used]
    if not unused:
        return
    tidying = Tidying(host.files, used)
    try:
        tidying.tidy(unused, progress or _unheard)
    finally:
        with host.changing(system):
            _note(system, tidying)


def _unheard(_percent: int) -> None:
    """For those who do not tell."""


def _note(system: VirtualSystem, tidying: Tidying) -> None:
    for configuration in configurations_of(system):
        for disk in disks_of(configuration):
            disk.update({"HostResource": [tidying.present(file_of(disk))]})
    system.unmerged = list(tidying.left)
