"""Exporting a virtual machine into a folder of the host, running or not."""

from __future__ import annotations

import ntpath
from collections.abc import Iterator
from contextlib import contextmanager

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.host.checkpoints.destroying import forget_snapshot
from openhyperv.emulator.host.checkpoints.taking import capture
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.files import BadHostPath
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import Job, JobFailure
from openhyperv.emulator.host.jobs.state import JobType
from openhyperv.emulator.host.machines.host_devices import check_checkpoint
from openhyperv.emulator.host.machines.undertaking import undertake
from openhyperv.emulator.host.machines.virtual_system import Snapshot, Undertaking, VirtualSystem
from openhyperv.emulator.host.storage.disk_use import DiskInUse
from openhyperv.emulator.host.transfer.export_settings import Checkpoints, ExportSettings, LiveState
from openhyperv.emulator.host.transfer.exported import Exported, add_checkpoints, as_it_is, as_it_was
from openhyperv.emulator.host.transfer.layout import MACHINES, ExportLayout
from openhyperv.emulator.host.transfer.writing import write_export


def export_system(host: Host, system: VirtualSystem, directory: str, settings: ExportSettings) -> Job:
    """Begin to export a VM; call it under the lock. ``directory`` is a Windows path, made if need be.

    :raises MethodFailure: 32773, no such path or checkpoint; 32775, the VM is busy; 32770, it runs with
        devices of the host, which cannot be frozen
    """
    chosen = _chosen(host, system, settings)
    if chosen is None and _is_frozen(system, settings):
        check_checkpoint(system.configuration)
    root = ntpath.join(directory, system.name) if settings.makes_folder else directory
    layout = ExportLayout(root, host.files, host.profile)
    try:
        layout.definition(MACHINES, system.guid)
    except BadHostPath as error:
        raise MethodFailure(Code.INVALID_PARAMETER, f"{root} is no folder of this host.") from error
    return undertake(
        host,
        system,
        Undertaking.EXPORTING,
        JobType.EXPORT,
        "Exporting Virtual Machine",
        lambda job: _export(host, system, layout, settings, chosen, job),
        cancellable=True,
    )


def _chosen(host: Host, system: VirtualSystem, settings: ExportSettings) -> Snapshot | None:
    """The one checkpoint that is to be exported instead of the VM."""
    if settings.checkpoints is not Checkpoints.ONE:
        return None
    place = host.systems.locate(settings.checkpoint_id or "")
    snapshot = place.system.find_snapshot(place.configuration.owner) if place else None
    if place is None or snapshot is None or place.system is not system:
        raise MethodFailure(Code.INVALID_PARAMETER, "SnapshotVirtualSystem is no checkpoint of this VM.")
    return snapshot


def _export(
    host: Host,
    system: VirtualSystem,
    layout: ExportLayout,
    settings: ExportSettings,
    chosen: Snapshot | None,
    job: Job,
) -> None:
    with _failures(system), _frozen(host, system, settings, chosen) as captured:
        whole = _exported(host, system, settings, chosen, captured)
        write_export(host, whole, layout, settings, job.progress)


def _exported(
    host: Host,
    system: VirtualSystem,
    settings: ExportSettings,
    chosen: Snapshot | None,
    captured: Snapshot | None,
) -> Exported:
    with host.lock:
        if chosen is not None:
            return as_it_was(host, system, chosen, chosen.guid)
        whole = as_it_was(host, system, captured, system.guid) if captured else as_it_is(host, system)
        if settings.checkpoints is Checkpoints.ALL:
            add_checkpoints(whole.system, system, captured)
        return whole


@contextmanager
def _frozen(
    host: Host, system: VirtualSystem, settings: ExportSettings, chosen: Snapshot | None
) -> Iterator[Snapshot | None]:
    """A checkpoint of a running VM for as long as the export lasts, where disks or memory go along."""
    if chosen is not None or not _is_frozen(system, settings):
        yield None
        return
    if settings.live_state is LiveState.APPLICATION_CONSISTENT and not system.has_heartbeat:
        raise JobFailure(Code.FAILED, f"'{system.name}': the guest's services do not answer.")
    captured = capture(host, system, with_memory=_takes_memory(settings))
    try:
        yield captured
    finally:
        with host.changing(system):
            forget_snapshot(host, system, captured)


def _is_frozen(system: VirtualSystem, settings: ExportSettings) -> bool:
    """True for a running VM whose disks or memory go along."""
    return system.state.is_on and (settings.takes_disks or _takes_memory(settings))


def _takes_memory(settings: ExportSettings) -> bool:
    return settings.live_state is LiveState.SAVED and settings.takes_saved_state


@contextmanager
def _failures(system: VirtualSystem) -> Iterator[None]:
    """Say of every failure which VM was not exported."""
    try:
        yield
    except DiskError as error:
        text = f"'{system.name}' could not be exported: {error}."
        raise JobFailure(Code.FAILED, text, error.code) from error
    except DiskInUse as error:
        raise JobFailure(Code.IN_USE, f"'{system.name}' could not be exported: {error}.") from error
    except BadHostPath as error:
        text = f"'{system.name}' could not be exported: there is no file {error}."
        raise JobFailure(Code.FAILED, text, DiskCode.PATH_NOT_FOUND) from error
