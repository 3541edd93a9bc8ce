"""The traffic of a guest's drives, as QEMU's block layer counts it (QMP, query-blockstats)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from openhyperv.emulator.guests.board import drive_id
from openhyperv.emulator.guests.counters import DriveCounters
from openhyperv.emulator.guests.monitor import Monitor


def drive_counters(monitor: Monitor, device_ids: Iterable[str]) -> Mapping[str, DriveCounters]:
    """The counters of these drives, as far as QEMU keeps any.

    :raises GuestError: QEMU has gone
    """
    by_name: dict[str, Mapping[str, Any]] = {}
    for entry in monitor.execute("query-blockstats"):
        for name in str(entry.get("qdev", "")).split("/"):
            by_name[name] = entry["stats"]
    names = {device_id: drive_id(device_id) for device_id in device_ids}
    return {device_id: _counters(by_name[name]) for device_id, name in names.items() if name in by_name}


def _counters(stats: Mapping[str, Any]) -> DriveCounters:
    return DriveCounters(
        read_bytes=stats["rd_bytes"],
        written_bytes=stats["wr_bytes"],
        operations=stats["rd_operations"] + stats["wr_operations"],
        latency_s=(stats["rd_total_time_ns"] + stats["wr_total_time_ns"]) / 1e9,
    )
