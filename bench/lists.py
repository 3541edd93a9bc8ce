"""Listing every machine of a host, and reading one number of it: how fast are we ourselves?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import process_time

from bench import baseline
from bench.counting import Counter, summed_up
from bench.emulated import RunningHost, running_host
from bench.results import Result, SpeedResult, at_least
from bench.scale import Scale
from openhyperv.hyperv.host import Host

_TARGET_PER_S = 10_000


def measure_lists(scale: Scale, folder: Path) -> Iterator[Result]:
    """Lists of hosts of several sizes; the largest also tells the machines per second of client time."""
    for size in scale.list_sizes:
        with running_host(folder, "--vms", str(size), "--no-files") as running:
            yield from _measure(running, size, scale)


def _measure(running: RunningHost, size: int, scale: Scale) -> Iterator[Result]:
    cpu_s: list[float] = []
    with Host.connect(running.target) as host:

        def look() -> None:
            started_s = process_time()
            assert len(list(host.machines())) == size
            cpu_s.append(process_time() - started_s)

        look()
        cpu_s.clear()
        counter = Counter(running, host.session)
        samples = [counter.sample(look) for _ in range(scale.repetitions)]
    result = summed_up(f"list of {size:,}", samples, baseline=baseline.listing(size), most_requests=1)
    yield result
    if size == scale.list_sizes[-1]:
        yield SpeedResult(
            "list, machines per second of our own processor time",
            size / median(cpu_s),
            "/s",
            scale.repetitions,
            at_least(_TARGET_PER_S),
            f"{size / result.seconds:,.0f}/s with the emulator's own time",
        )
