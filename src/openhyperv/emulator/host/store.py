"""Virtual machines on disk: one JSON file each, replaced as a whole, so that a crash leaves old or new."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from openhyperv.emulator.host.machines.configuration_json import (
    ConfigurationReader,
    Json,
    configuration_to_json,
)
from openhyperv.emulator.host.machines.virtual_system import Snapshot, SystemState, VirtualSystem

FORMAT = 1


class Store:
    """Keeps VMs in a private folder; reads back what it wrote, in the same release of the host."""

    def __init__(self, folder: Path, reader: ConfigurationReader) -> None:
        self._folder = folder
        self._reader = reader
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def save(self, system: VirtualSystem) -> None:
        """Write a VM as it is now."""
        file = self._file(system.guid)
        temporary = file.with_suffix(".new")
        temporary.write_text(json.dumps(_system_to_json(system), separators=(",", ":")), "utf-8")
        temporary.replace(file)

    def delete(self, system: VirtualSystem) -> None:
        """Forget a VM."""
        self._file(system.guid).unlink(missing_ok=True)

    def load(self) -> Iterator[VirtualSystem]:
        """Every VM that was saved, oldest first."""
        files = sorted(self._folder.glob("*.json"), key=lambda file: file.stat().st_mtime_ns)
        return (self._system(json.loads(file.read_text("utf-8"))) for file in files)

    def _file(self, guid: str) -> Path:
        return self._folder / f"{guid.lower()}.json"

    def _system(self, data: Json) -> VirtualSystem:
        snapshots = [Snapshot(self._reader.read(s), s["parent"]) for s in data["snapshots"]]
        return VirtualSystem(
            guid=data["guid"],
            configuration=self._reader.read(data),
            state=SystemState(data["state"]),
            snapshots={snapshot.guid.lower(): snapshot for snapshot in snapshots},
            current_parent=data["current_parent"],
            last_applied=data["last_applied"],
            unmerged=data["unmerged"],
            console_trustees=data.get("console_trustees", []),
        )


def _system_to_json(system: VirtualSystem) -> Json:
    return {
        "format": FORMAT,
        "guid": system.guid,
        "state": int(system.state if system.state.is_stable else SystemState.OFF),
        "current_parent": system.current_parent,
        "last_applied": system.last_applied,
        "unmerged": system.unmerged,
        "console_trustees": system.console_trustees,
        "snapshots": [
            {"parent": s.parent, **configuration_to_json(s.configuration)} for s in system.snapshots.values()
        ],
        **configuration_to_json(system.configuration),
    }
