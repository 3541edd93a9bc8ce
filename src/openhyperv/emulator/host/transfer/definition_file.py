"""The files that exported machines and checkpoints are defined by."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import field, frozen

from openhyperv.emulator.host.defaults import UnknownFeature, UnknownResource
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.configuration_json import (
    ConfigurationReader,
    Json,
    configuration_to_json,
)
from openhyperv.emulator.host.machines.virtual_system import Snapshot, SystemState, VirtualSystem
from openhyperv.emulator.host.metrics.store import Json as Meters

# UNVERIFIED: the contents of these files are this emulator's own; real ones are binary and undocumented
_MACHINE, _CHECKPOINT = "virtual machine", "checkpoint"


class BadDefinition(Exception):  # noqa: N818  # read as a noun where it is caught
    """A file that defines no virtual machine, or one that this release does not run."""


@frozen
class KnownCheckpoint:
    """What a machine's own file says of one of its checkpoints."""

    guid: str
    name: str
    parent: str | None
    created: datetime


@frozen
class Definition:
    """One machine's file, or one checkpoint's: of a checkpoint ``machine`` is another GUID than its own."""

    configuration: Configuration
    machine: str
    parent: str | None = None
    is_saved: bool = False
    checkpoints: tuple[KnownCheckpoint, ...] = ()
    meters: Meters = field(factory=list)

    @property
    def is_checkpoint(self) -> bool:
        """True for a checkpoint's file."""
        return self.machine.lower() != self.configuration.owner.lower()


def write_machine(file: Path, system: VirtualSystem, meters: Meters) -> None:
    """Write a machine's own file; its checkpoints are named there and have files of their own."""
    known = [
        {"guid": s.guid, "name": s.configuration.name, "parent": s.parent, "created": _created(s)}
        for s in system.snapshots.values()
    ]
    is_saved = system.state is SystemState.SAVED
    own = {"kind": _MACHINE, "machine": system.guid, "parent": system.current_parent, "is_saved": is_saved}
    _write(file, {**own, "checkpoints": known, "meters": meters, **_spelled_out(system.configuration)})


def write_checkpoint(file: Path, system: VirtualSystem, snapshot: Snapshot) -> None:
    """Write a checkpoint's file."""
    is_saved = snapshot.configuration.value("IsSaved") is True
    own = {"kind": _CHECKPOINT, "machine": system.guid, "parent": snapshot.parent, "is_saved": is_saved}
    _write(file, {**own, "checkpoints": [], **_spelled_out(snapshot.configuration)})


def _spelled_out(configuration: Configuration) -> Json:
    """With every default written down: another release has other ones."""
    whole = configuration.copy(configuration.owner)
    whole.values = {**whole.defaults, **whole.values}
    for setting in (*whole.resources(), *whole.features()):
        setting.values = setting.merged()
    return configuration_to_json(whole)


def _created(snapshot: Snapshot) -> str | None:
    created = snapshot.configuration.value("CreationTime")
    return created.isoformat() if isinstance(created, datetime) else None


def _write(file: Path, data: Json) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("x", encoding="utf-8") as target:
        json.dump(data, target, indent=1)


def read_definition(file: Path, reader: ConfigurationReader) -> Definition:
    """What a machine's or checkpoint's file holds.

    :raises BadDefinition: it is missing, holds something else, or a device that this release does not have
    """
    try:
        data: Any = json.loads(file.read_text("utf-8"))
        return _definition(data, reader)
    except (UnknownResource, UnknownFeature) as error:
        raise BadDefinition(f"{file.name}: this host has no {error}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadDefinition(f"{file.name} cannot be read as a virtual machine's definition") from error


def _definition(data: Any, reader: ConfigurationReader) -> Definition:
    if data["kind"] not in (_MACHINE, _CHECKPOINT):
        raise ValueError(data["kind"])
    known = tuple(
        KnownCheckpoint(c["guid"], c["name"], c["parent"], datetime.fromisoformat(c["created"]))
        for c in data["checkpoints"]
    )
    meters = data.get("meters", [])
    return Definition(reader.read(data), data["machine"], data["parent"], data["is_saved"], known, meters)
