"""Undoing a rescue: the instance's own disks where they were, and nothing left of the others."""

from __future__ import annotations

from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks.drives import Drive
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.drives import Bus
from openhyperv.nova.rescuing.rescue_drives import RescueDrives, is_of_rescue, original_of, path_of


def put_back(machine: VirtualMachine, share: HostFiles) -> None:
    """Undo a rescue, or as much as there is of one; the machine is off. May be repeated after anything.

    :raises HyperVError: the host refuses; the same call goes on later
    """
    found = RescueDrives(machine.disks.list())
    folder = _folder(found)
    if folder is None:
        return
    names = [each.name for each in share.list(folder) if not each.is_folder]
    _return_files(machine, found, folder, names)
    for name in filter(is_of_rescue, names):
        share.remove(folder / name)


def _folder(found: RescueDrives) -> WindowsPath | None:
    """Where the instance's files are."""
    known = [*found.rescuing(), *([found.root] if found.root is not None else [])]
    return path_of(known[0]).parent if known else None


def _return_files(
    machine: VirtualMachine, found: RescueDrives, folder: WindowsPath, names: list[str]
) -> None:
    originals = {drive: original_of(path_of(drive).name, names) for drive in found.rescuing()}
    own = {drive: folder / name for drive, name in originals.items() if name is not None}
    for file in own.values():
        elsewhere = found.holding(file)
        if elsewhere is not None:
            machine.disks.detach(elsewhere.slot)
    machine.disks.exchange({drive: str(file) for drive, file in own.items()})
    for drive in originals.keys() - own.keys():
        _take_away(machine, drive)


def _take_away(machine: VirtualMachine, drive: Drive) -> None:
    """A device that came for the rescue alone; because of it generation 1 had its CD-ROM first."""
    machine.disks.detach(drive.slot)
    if drive.slot.bus is Bus.IDE:
        machine.boot.put_first(["hard-disk"])
