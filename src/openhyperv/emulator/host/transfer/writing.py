"""Writing an export's files, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from openhyperv.emulator.disks.errors import DiskCode, DiskError, disk_errors
from openhyperv.emulator.host.checkpoints.disks import disks_of, file_of
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.transfer.definition_file import write_checkpoint, write_machine
from openhyperv.emulator.host.transfer.disk_copies import DiskCopies
from openhyperv.emulator.host.transfer.export_settings import Checkpoints, ExportSettings
from openhyperv.emulator.host.transfer.exported import Exported
from openhyperv.emulator.host.transfer.guest_files import pack_guest_state, pack_saved_state
from openhyperv.emulator.host.transfer.layout import CHECKPOINTS, DISKS, MACHINES, ExportLayout

Progress = Callable[[int], None]


def write_export(
    host: Host, whole: Exported, layout: ExportLayout, settings: ExportSettings, progress: Progress
) -> None:
    """Write everything; call it without the lock.

    :raises DiskError: FILE_EXISTS, the folder holds an export of this machine; what copying a disk raises
    :raises DiskInUse: somebody writes to one of the disks
    :raises BadHostPath: a disk's path is none of this host
    """
    files = _files(host, whole, layout)
    with disk_errors():
        for folder in (MACHINES, CHECKPOINTS, DISKS):
            layout.folder(folder).mkdir(parents=True, exist_ok=True)
    for definition in files:
        if definition.exists():
            raise DiskError(DiskCode.FILE_EXISTS, f"{definition.name} is there already")
    copies = DiskCopies(layout, merges=settings.checkpoints is Checkpoints.ONE)
    with _nothing_left(files, copies), disk_errors():
        if settings.takes_disks:
            _copy_disks(host, whole, copies, progress)
        if settings.takes_saved_state:
            _pack_memory(host, whole, layout)
        _pack_variables(host, whole, layout)
        _write_definitions(host, whole, layout)


def _files(host: Host, whole: Exported, layout: ExportLayout) -> list[Path]:
    """Every file that is written besides the disks."""
    return [
        make(part.folder, part.configuration.owner)
        for part in whole.parts(host)
        for make in (layout.definition, layout.saved_state, layout.guest_state)
    ]


@contextmanager
def _nothing_left(files: list[Path], copies: DiskCopies) -> Iterator[None]:
    try:
        yield
    except BaseException:
        copies.discard()
        for file in files:
            file.unlink(missing_ok=True)
        raise


def _copy_disks(host: Host, whole: Exported, copies: DiskCopies, progress: Progress) -> None:
    disks = [disk for disk in _disks(host, whole) if file_of(disk)]
    sources = copies.sources(file_of(disk) for disk in disks)
    with host.disk_use.granted(read=sources):
        for number, disk in enumerate(disks):
            disk.update({"HostResource": [copies.take(file_of(disk))]})
            progress((number + 1) * 99 // len(disks))


def _disks(host: Host, whole: Exported) -> Iterator[Resource]:
    for part in whole.parts(host):
        yield from disks_of(part.configuration)


def _pack_memory(host: Host, whole: Exported, layout: ExportLayout) -> None:
    for part in whole.parts(host):
        if part.state_dir is not None:
            pack_saved_state(part.state_dir, layout.saved_state(part.folder, part.configuration.owner))


def _pack_variables(host: Host, whole: Exported, layout: ExportLayout) -> None:
    for part in whole.parts(host):
        if part.state_dir is not None:
            pack_guest_state(part.state_dir, layout.guest_state(part.folder, part.configuration.owner))


def _write_definitions(host: Host, whole: Exported, layout: ExportLayout) -> None:
    system = whole.system
    for snapshot in system.snapshots.values():
        write_checkpoint(layout.definition(CHECKPOINTS, snapshot.guid), system, snapshot)
    with host.lock:
        meters = host.metering.carried(system.guid)
    write_machine(layout.definition(MACHINES, system.guid), system, meters)
