"""Meters on disk: they outlive restarts of the host as the rest of a virtual machine does."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

from openhyperv.emulator.host.metrics.definitions import METRICS
from openhyperv.emulator.host.metrics.meter import Meter
from openhyperv.emulator.host.metrics.parts import Key

Json: TypeAlias = list[dict[str, Any]]
_BY_GUID = {metric.guid: metric for metric in METRICS}
DEFAULT_FLUSH_INTERVAL = timedelta(hours=1)
"""Microsoft, "Set-VMHost", ResourceMeteringSaveInterval."""


class MeterStore:
    """One JSON file for each VM with meters, and one for the service's settings."""

    def __init__(self, folder: Path) -> None:
        self._systems = folder / "systems"
        self._settings = folder / "service.json"
        self._systems.mkdir(parents=True, exist_ok=True, mode=0o700)

    def load(self) -> Iterator[tuple[str, dict[Key, Meter]]]:
        """The GUID of each VM with its meters."""
        for file in self._systems.glob("*.json"):
            yield file.stem, meters_from_json(json.loads(file.read_text("utf-8")))

    def save(self, guid: str, meters: Mapping[Key, Meter]) -> None:
        """Keep a VM's meters as they are now."""
        file = self._file(guid)
        if meters:
            _write(file, meters_to_json(meters))
        else:
            file.unlink(missing_ok=True)

    def load_flush_interval(self) -> timedelta:
        """How often the administrator wants meters to be written."""
        if not self._settings.exists():
            return DEFAULT_FLUSH_INTERVAL
        return timedelta(seconds=json.loads(self._settings.read_text("utf-8"))["flush_interval_s"])

    def save_flush_interval(self, interval: timedelta) -> None:
        """Keep what the administrator wants."""
        _write(self._settings, {"flush_interval_s": interval.total_seconds()})

    def _file(self, guid: str) -> Path:
        return self._systems / f"{guid.lower()}.json"


def _write(file: Path, data: object) -> None:
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(data, separators=(",", ":")), "utf-8")
    temporary.replace(file)


def meters_to_json(meters: Mapping[Key, Meter]) -> Json:
    """Meters as they are kept, and as they go along with a machine."""
    return [_entry(key, meter) for key, meter in meters.items()]


def meters_from_json(entries: Json) -> dict[Key, Meter]:
    """The reverse of :func:`meters_to_json`."""
    return {(entry["tail"], entry["metric"]): _meter(entry) for entry in entries}


def _entry(key: Key, meter: Meter) -> dict[str, str | float]:
    tail, metric = key
    return {
        "tail": tail,
        "metric": metric,
        "total": meter.total,
        "weight": meter.weight,
        "started": meter.started.isoformat(),
        "sampled": meter.sampled.isoformat(),
    }


def _meter(entry: Mapping[str, Any]) -> Meter:
    return Meter(
        function=_BY_GUID[entry["metric"]].function,
        total=entry["total"],
        weight=entry["weight"],
        started=datetime.fromisoformat(entry["started"]),
        sampled=datetime.fromisoformat(entry["sampled"]),
    )
