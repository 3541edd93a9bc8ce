"""A machine on its way in: read from its files, not yet known to the host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import define, field

from openhyperv.emulator.host.checkpoints.merging import configurations_of
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import new_guid
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.system_defaults import MISSING_SNAPSHOT, PLANNED, PLANNED_SNAPSHOT
from openhyperv.emulator.host.machines.virtual_system import Snapshot, VirtualSystem
from openhyperv.emulator.host.metrics.store import Json as Meters
from openhyperv.emulator.host.transfer.adapting import (
    fit_release,
    follow_folder,
    forget_dynamic_addresses,
)
from openhyperv.emulator.host.transfer.definition_file import (
    BadDefinition,
    Definition,
    KnownCheckpoint,
    read_definition,
)
from openhyperv.emulator.host.transfer.layout import layout_of
from openhyperv.wire.types import Value


@define(eq=False)
class Arrival:
    """``sources`` tells each configuration's definition file by its owner's GUID, lower case."""

    system: VirtualSystem
    meters: Meters
    sources: dict[str, Path] = field(factory=dict)

    def identities(self) -> Iterator[str]:
        """Every GUID that the machine and its checkpoints have."""
        return (configuration.owner for configuration in configurations_of(self.system))


def read_arrival(host: Host, file: Path, checkpoint_folder: Path | None) -> Arrival:
    """The planned machine in a definition file, with the checkpoints found in a folder.

    :raises BadDefinition: the file holds no machine that this host can run
    """
    definition = read_definition(file, host.configuration_reader)
    if definition.is_checkpoint:
        raise BadDefinition(f"{file.name} defines a checkpoint")
    configuration = _fitted(host, definition, file)
    # UNVERIFIED: that a planned machine's data root is the folder it is imported from
    configuration.values |= {
        "VirtualSystemType": PLANNED,
        "ConfigurationDataRoot": layout_of(file, host.files, host.profile).root,
    }
    system = VirtualSystem(configuration.owner, configuration, current_parent=definition.parent)
    arrival = Arrival(system, definition.meters, {system.guid.lower(): file})
    for known in definition.checkpoints:
        system.snapshots[known.guid.lower()] = _missing(configuration, known)
    for source, snapshot in checkpoints_in(host, system.guid, checkpoint_folder):
        system.snapshots[snapshot.guid.lower()] = snapshot
        arrival.sources[snapshot.guid.lower()] = source
    return arrival


def checkpoints_in(host: Host, machine: str, folder: Path | None) -> Iterator[tuple[Path, Snapshot]]:
    """A machine's checkpoints that a folder holds, each with its file.

    :raises BadDefinition: one of them cannot be on this host
    """
    for file in sorted(folder.iterdir() if folder is not None and folder.is_dir() else ()):
        definition = _checkpoint_of(host, machine, file)
        if definition is not None:
            snapshot = Snapshot(_fitted(host, definition, file), definition.parent)
            snapshot.configuration.values["VirtualSystemType"] = PLANNED_SNAPSHOT
            yield file, snapshot


def _checkpoint_of(host: Host, machine: str, file: Path) -> Definition | None:
    """The definition of a checkpoint of this machine; None for any other file."""
    if file.suffix.lower() not in (".vmcx", ".xml"):
        return None
    definition = read_definition(file, host.configuration_reader)
    is_own = definition.is_checkpoint and definition.machine.lower() == machine.lower()
    return definition if is_own else None


def _fitted(host: Host, definition: Definition, file: Path) -> Configuration:
    fit_release(definition.configuration, host)
    follow_folder(definition.configuration, layout_of(file, host.files, host.profile))
    return definition.configuration


def _missing(configuration: Configuration, known: KnownCheckpoint) -> Snapshot:
    """What stands for a checkpoint until its file is found: its name and its place among the others."""
    values: dict[str, Value] = {
        "ElementName": known.name,
        "CreationTime": known.created,
        "VirtualSystemIdentifier": known.guid,
        "VirtualSystemType": MISSING_SNAPSHOT,
    }
    return Snapshot(Configuration(known.guid, configuration.defaults, values), known.parent)


def with_new_identity(arrival: Arrival) -> Arrival:
    """The same machine and checkpoints under new GUIDs."""
    old = arrival.system
    guids = {guid.lower(): new_guid() for guid in arrival.identities()}
    system = VirtualSystem(
        guids[old.guid.lower()],
        _renamed(old.configuration, guids),
        current_parent=guids.get((old.current_parent or "").lower()),
    )
    for snapshot in old.snapshots.values():
        renamed = Snapshot(
            _renamed(snapshot.configuration, guids), guids.get((snapshot.parent or "").lower())
        )
        system.snapshots[renamed.guid.lower()] = renamed
    sources = {guids[guid].lower(): file for guid, file in arrival.sources.items()}
    return Arrival(system, arrival.meters, sources)


def _renamed(configuration: Configuration, guids: dict[str, str]) -> Configuration:
    renamed = configuration.copy(guids[configuration.owner.lower()])
    renamed.values["VirtualSystemIdentifier"] = renamed.owner
    identity = configuration.text("ConfigurationID").lower()
    if identity in guids:
        renamed.values["ConfigurationID"] = guids[identity]
    forget_dynamic_addresses(renamed)
    return renamed
