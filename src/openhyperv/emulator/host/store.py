"""Virtual machines on disk: one JSON file each, replaced as a whole, so that a crash leaves old or new."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from openhyperv.emulator.host.configuration import Configuration
from openhyperv.emulator.host.defaults import find_feature, find_kind
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Feature, Resource
from openhyperv.emulator.host.templates import Templates
from openhyperv.emulator.host.virtual_system import Snapshot, SystemState, VirtualSystem
from openhyperv.wire.types import Value

FORMAT = 1
_Json = dict[str, Any]


class Store:
    """Keeps VMs in a private folder; reads back what it wrote, in the same release of the host."""

    def __init__(self, folder: Path, profile: Profile, templates: Templates) -> None:
        self._folder = folder
        self._profile = profile
        self._templates = templates
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

    def _system(self, data: _Json) -> VirtualSystem:
        snapshots = [Snapshot(self._configuration(s), s["parent"]) for s in data["snapshots"]]
        return VirtualSystem(
            guid=data["guid"],
            configuration=self._configuration(data),
            state=SystemState(data["state"]),
            snapshots={snapshot.guid.lower(): snapshot for snapshot in snapshots},
            current_parent=data["current_parent"],
            last_applied=data["last_applied"],
            unmerged=data["unmerged"],
        )

    def _configuration(self, data: _Json) -> Configuration:
        configuration = Configuration(
            owner=data["owner"],
            defaults=self._templates.system(data["generation"]),
            values=_values_from_json(data["values"]),
            security=_values_from_json(data["security"]),
            key_protector=bytes.fromhex(data["key_protector"]),
        )
        for entry in data["resources"]:
            configuration.add(self._resource(entry))
        for entry in data["features"]:
            configuration.add_feature(self._feature(entry))
        configuration.set_boot_order(data["boot"])
        return configuration

    def _resource(self, entry: _Json) -> Resource:
        kind = find_kind(entry["type"], entry["sub_type"], self._profile)
        return self._templates.resource(kind, entry["tail"], _values_from_json(entry["values"]))

    def _feature(self, entry: _Json) -> Feature:
        kind = find_feature(entry["class"], self._profile)
        return self._templates.feature(kind, entry["tail"], _values_from_json(entry["values"]))


def _system_to_json(system: VirtualSystem) -> _Json:
    return {
        "format": FORMAT,
        "guid": system.guid,
        "state": int(system.state if system.state.is_stable else SystemState.OFF),
        "current_parent": system.current_parent,
        "last_applied": system.last_applied,
        "unmerged": system.unmerged,
        "snapshots": [
            {"parent": s.parent, **_configuration_to_json(s.configuration)} for s in system.snapshots.values()
        ],
        **_configuration_to_json(system.configuration),
    }


def _configuration_to_json(configuration: Configuration) -> _Json:
    return {
        "owner": configuration.owner,
        "generation": configuration.generation,
        "values": _values_to_json(configuration.values),
        "security": _values_to_json(configuration.security),
        "key_protector": configuration.key_protector.hex(),
        "boot": configuration.boot_tails,
        "resources": [
            {
                "type": r.kind.resource_type,
                "sub_type": r.kind.sub_type,
                "tail": r.tail,
                "values": _values_to_json(r.values),
            }
            for r in configuration.resources()
        ],
        "features": [
            {"class": f.class_name, "tail": f.tail, "values": _values_to_json(f.values)}
            for f in configuration.features()
        ],
    }


def _values_to_json(values: Mapping[str, Value]) -> _Json:
    return {name: _to_json(value) for name, value in values.items()}


def _to_json(value: Value) -> object:
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    return value


def _values_from_json(values: _Json) -> dict[str, Value]:
    return {name: _from_json(value) for name, value in values.items()}


def _from_json(stored: Any) -> Value:
    if not isinstance(stored, dict):
        value: Value = stored
        return value
    if "time" in stored:
        return datetime.fromisoformat(stored["time"])
    return timedelta(seconds=stored["seconds"])
