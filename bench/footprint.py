"""How soon the emulated host answers, and what a machine costs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from attrs import frozen

from bench.emulated import running_host
from bench.results import SpeedResult, at_most
from bench.scale import Scale


@frozen
class _Start:
    seconds: float
    cpu_s: float
    resident_kib: int


def measure_footprint(scale: Scale, folder: Path) -> Iterator[SpeedResult]:
    """Start-up with many machines, and their memory: what a host with them holds beyond one without."""
    empty_kib = _start(0, folder).resident_kib
    starts = [_start(scale.machines, folder) for _ in range(scale.start_ups)]
    yield SpeedResult(
        f"emulator starts with {scale.machines:,} machines",
        median(start.seconds for start in starts),
        "s",
        scale.start_ups,
        at_most(3),
        f"Samba included; {median(start.cpu_s for start in starts):.1f} s of processor time",
    )
    yield SpeedResult(
        "emulator's memory per machine",
        (median(start.resident_kib for start in starts) - empty_kib) / scale.machines,
        "KiB",
        scale.start_ups,
        at_most(100),
        f"the host itself takes {empty_kib / 1024:.0f} MiB",
    )


def _start(machines: int, folder: Path) -> _Start:
    with running_host(folder, "--vms", str(machines)) as running:
        return _Start(running.started_in_s, running.cpu_s(), running.resident_kib())
