"""How soon the emulated host answers, and what a machine costs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from bench.emulated import running_host
from bench.results import SpeedResult, at_most
from bench.scale import Scale


def measure_footprint(scale: Scale, folder: Path) -> Iterator[SpeedResult]:
    """Start-up with many machines, and their memory: what a host with them holds beyond one without."""
    empty_kib = _start(0, folder)[1]
    starts = [_start(scale.machines, folder) for _ in range(scale.start_ups)]
    yield SpeedResult(
        f"emulator starts with {scale.machines:,} machines",
        median(seconds for seconds, _ in starts),
        "s",
        scale.start_ups,
        at_most(3),
        "from the start of its process until it answers, Samba included",
    )
    yield SpeedResult(
        "emulator's memory per machine",
        (median(kib for _, kib in starts) - empty_kib) / scale.machines,
        "KiB",
        scale.start_ups,
        at_most(100),
        f"the host itself takes {empty_kib / 1024:.0f} MiB",
    )


def _start(machines: int, folder: Path) -> tuple[float, int]:
    with running_host(folder, "--vms", str(machines)) as running:
        return running.started_in_s, running.resident_kib()
