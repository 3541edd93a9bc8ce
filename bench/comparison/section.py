"""``python -m bench --only comparison``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.oswin.gates import factory, leading_to_target

from bench.comparison.jobs import life_jobs, list_jobs, measure, port_jobs, reading_jobs
from bench.comparison.measuring import Watch
from bench.comparison.naps import counted_naps
from bench.comparison.ours import Ours
from bench.comparison.predecessor import Predecessor
from bench.comparison.results import ComparisonResult
from bench.comparison.stage import Stage
from bench.emulated import AT_ONCE, Manner, running_host
from bench.scale import Scale
from openhyperv.hyperv.host import Host

_DELAYED = Manner(delay_s=0.002)
_BY_JOB = Manner(delay_s=0.002, job_s=0.005)
"""A network between, and jobs that take a few milliseconds, as those of Windows do at best."""


def measure_comparison(scale: Scale, folder: Path) -> Iterator[ComparisonResult]:
    """Every job in both ways, in turns on the same host: at once, and with 2 ms added to every answer.

    Jobs that change something are measured with changes answered by jobs, too.
    """
    yield from _on_host(scale, folder, machines=scale.machines)
    yield from _on_host(scale, folder, machines=0)


def _on_host(scale: Scale, folder: Path, *, machines: int) -> Iterator[ComparisonResult]:
    """The list on a host with many machines, everything else on one with few."""
    with ExitStack() as resources:
        running = resources.enter_context(running_host(folder, "--vms", str(machines)))
        host = resources.enter_context(Host.connect(running.target))
        resources.enter_context(leading_to_target(running.target, "2025"))
        watch = Watch(running, counted_naps())
        stage = Stage(host, folder, 0 if machines else scale.metered)
        old, ours = Predecessor(factory(), stage), Ours(host, stage)
        if machines:
            yield from measure(list_jobs(old, ours, machines), watch, (AT_ONCE, _DELAYED), scale.lists)
            return
        changing = (AT_ONCE, _DELAYED, _BY_JOB)
        yield from measure(life_jobs(old, ours, stage), watch, changing, scale.repetitions)
        yield from measure(port_jobs(old, ours, stage), watch, changing, scale.repetitions)
        yield from measure(reading_jobs(old, ours, stage), watch, (AT_ONCE, _DELAYED), scale.repetitions)
