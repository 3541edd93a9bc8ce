"""Importing a virtual machine from its definition file: what comes out is planned, not yet real."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.checkpoints.taking import snapshot_dir
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import Job, JobFailure
from openhyperv.emulator.host.jobs.state import Effect, JobType
from openhyperv.emulator.host.machines.virtual_system import Snapshot, SystemState, VirtualSystem
from openhyperv.emulator.host.transfer.arriving import (
    Arrival,
    checkpoints_in,
    read_arrival,
    with_new_identity,
)
from openhyperv.emulator.host.transfer.definition_file import BadDefinition
from openhyperv.emulator.host.transfer.guest_files import unpack
from openhyperv.emulator.host.transfer.layout import layout_of


@frozen
class Import:
    """What a client wants imported: local files; ``checkpoints`` None looks for none."""

    definition: Path
    checkpoints: Path | None
    has_new_identity: bool


def import_system(host: Host, wanted: Import) -> Job:
    """Begin to import; call it under the lock. The job's affected elements lead to the planned VM."""
    return host.jobs.run(
        JobType.IMPORT,
        lambda job: _import(host, wanted, job),
        description="Importing Virtual Machine",
        cancellable=False,
    )


def _import(host: Host, wanted: Import, job: Job) -> None:
    try:
        arrival = read_arrival(host, wanted.definition, wanted.checkpoints)
    except BadDefinition as error:
        raise JobFailure(Code.FAILED, f"The virtual machine could not be imported: {error}.") from error
    if wanted.has_new_identity:
        arrival = with_new_identity(arrival)
    _take_in(host, arrival)
    job.affects(arrival.system.path, Effect.CREATES)


def _take_in(host: Host, arrival: Arrival) -> None:
    system = arrival.system
    with host.lock:
        if any(host.systems.has_identity(guid) for guid in arrival.identities()):
            text = f"'{system.name}': a virtual machine or checkpoint with its identifier exists already."
            raise JobFailure(Code.FAILED, text)
        system.is_being_reconfigured = True
        host.add(system)
        host.metering.adopt(system, arrival.meters)
    try:
        _bring_guest_files(host, system, arrival.sources)
    except (OSError, tarfile.TarError) as error:
        with host.lock:
            host.remove(system)
        _forget_guest_files(host, system)
        raise JobFailure(Code.FAILED, f"'{system.name}': its saved state cannot be read.") from error
    finally:
        with host.lock:
            system.is_being_reconfigured = False


def _bring_guest_files(host: Host, system: VirtualSystem, sources: Mapping[str, Path]) -> None:
    """Unpack memory and variables; a machine or checkpoint whose memory is there is a saved one."""
    saved = {owner for owner, source in sources.items() if _bring(host, system, owner, source)}
    with host.changing(system):
        if system.guid.lower() in saved:
            system.state = SystemState.SAVED
        for key in sources.keys() & system.snapshots.keys():
            system.snapshots[key].configuration.values["IsSaved"] = key in saved


def _bring(host: Host, system: VirtualSystem, owner: str, source: Path) -> bool:
    target = host.state_dir(system) if owner == system.guid.lower() else snapshot_dir(host, owner)
    layout, folder = layout_of(source, host.files, host.profile), source.parent.name
    unpack(layout.guest_state(folder, source.stem), target)
    return unpack(layout.saved_state(folder, source.stem), target)


def _forget_guest_files(host: Host, system: VirtualSystem) -> None:
    folders = [host.state_dir(system), *(snapshot_dir(host, s.guid) for s in system.snapshots.values())]
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def import_checkpoints(host: Host, system: VirtualSystem, folder: Path) -> list[Snapshot]:
    """Take in a planned VM's checkpoints that a folder holds; call it under the lock.

    :raises MethodFailure: 32768, one of them cannot be read
    """
    try:
        found = list(checkpoints_in(host, system.guid, folder))
        with host.changing(system):
            for _, snapshot in found:
                host.systems.add_snapshot(system, snapshot)
        _bring_guest_files(host, system, {snapshot.guid.lower(): source for source, snapshot in found})
    except (BadDefinition, OSError, tarfile.TarError) as error:
        raise MethodFailure(Code.FAILED, str(error)) from error
    return [snapshot for _, snapshot in found]
