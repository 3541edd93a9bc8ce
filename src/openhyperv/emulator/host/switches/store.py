"""Virtual switches on disk: one JSON file each, replaced as a whole: a crash leaves the old or the new."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from openhyperv.emulator.host.defaults import find_feature
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.resources import ETHERNET_CONNECTION
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Feature, Resource
from openhyperv.emulator.host.switches.defaults import switch_defaults
from openhyperv.emulator.host.switches.switch import Switch
from openhyperv.emulator.host.templates import Templates

FORMAT = 1


class SwitchStore:
    """Keeps switches in a private folder; reads back what it wrote, in the same release of the host."""

    def __init__(self, folder: Path, profile: Profile, templates: Templates) -> None:
        self._folder = folder
        self._profile = profile
        self._templates = templates
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def save(self, switch: Switch) -> None:
        """Write a switch as it is now."""
        file = self._file(switch)
        temporary = file.with_suffix(".new")
        temporary.write_text(json.dumps(_switch_to_json(switch), separators=(",", ":")), "utf-8")
        temporary.replace(file)

    def delete(self, switch: Switch) -> None:
        """Forget a switch."""
        self._file(switch).unlink(missing_ok=True)

    def load(self) -> Iterator[Switch]:
        """Every switch that was saved, oldest first."""
        entries = (json.loads(file.read_text("utf-8")) for file in self._folder.glob("*.json"))
        return map(self._switch, sorted(entries, key=lambda entry: entry["created"]))

    def _file(self, switch: Switch) -> Path:
        return self._folder / f"{switch.guid.lower()}.json"

    def _switch(self, data: dict[str, Any]) -> Switch:
        configuration = Configuration(data["guid"], switch_defaults(self._profile), data["values"])
        for port in data["ports"]:
            resource = self._templates.resource(ETHERNET_CONNECTION, port["tail"], port["values"])
            configuration.add(resource)
        for entry in data["features"]:
            kind = find_feature(entry["class"], self._profile)
            configuration.add_feature(self._templates.feature(kind, entry["tail"], entry["values"]))
        created = datetime.fromisoformat(data["created"])
        return Switch(configuration, data["miniport"], created, data.get("extensions", {}))


def _switch_to_json(switch: Switch) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "guid": switch.guid,
        "miniport": switch.miniport,
        "created": switch.created.isoformat(),
        "extensions": switch.extensions,
        "values": switch.configuration.values,
        "ports": [_port_to_json(port) for port in switch.ports()],
        "features": [_feature_to_json(feature) for feature in switch.configuration.features()],
    }


def _port_to_json(port: Resource) -> dict[str, Any]:
    return {"tail": port.tail, "values": port.values}


def _feature_to_json(feature: Feature) -> dict[str, Any]:
    return {"class": feature.class_name, "tail": feature.tail, "values": feature.values}
