"""The jobs, and how each is done in either way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

from attrs import frozen

from bench.comparison.measuring import Turn, Watch, Work, always, in_turns
from bench.comparison.ours import Ours
from bench.comparison.predecessor import Predecessor
from bench.comparison.results import ComparisonResult
from bench.comparison.stage import Stage
from bench.emulated import AT_ONCE, Manner

Way: TypeAlias = Predecessor | Ours


@frozen
class Job:
    """One job: a turn of it in os-win's way and in ours, and what it took on Windows itself."""

    name: str
    old: Turn
    ours: Turn
    windows_round_trips: str
    least_ratio: float | None = None


def measure(
    jobs: Iterator[Job], watch: Watch, manners: Sequence[Manner], repetitions: int
) -> Iterator[ComparisonResult]:
    """Each job in each manner, both ways in turns; targets are for hosts whose answers take time."""
    for job in jobs:
        in_turns(watch, job.old, job.ours, 1)
        for manner in manners:
            watch.host.behave(manner)
            old, ours = in_turns(watch, job.old, job.ours, repetitions)
            watch.host.behave(AT_ONCE)
            target = job.least_ratio if manner.delay_s else None
            yield ComparisonResult(job.name, manner, old, ours, repetitions, job.windows_round_trips, target)


def list_jobs(old: Predecessor, ours: Ours, machines: int) -> Iterator[Job]:
    """The list of a host."""
    ways = (always(old.list_machines), always(ours.list_machines))
    yield Job(f"list of {machines:,} with state", *ways, f"{1 + 5 * machines:,}", 10)


def life_jobs(old: Predecessor, ours: Ours, stage: Stage) -> Iterator[Job]:
    """From spawning to destroying a machine."""
    yield Job("spawn, started", _spawning(old, stage), _spawning(ours, stage), "57 to 83", 6)
    looks = _on_a_machine(old, stage, old.look_at), _on_a_machine(ours, stage, ours.look_at)
    yield Job("info of one", *looks, "5")
    yield Job("destroy", _destroying(old, stage), _destroying(ours, stage), "114 to 118")


def _spawning(way: Way, stage: Stage) -> Turn:
    @contextmanager
    def turn() -> Iterator[Work]:
        name, disk = stage.name(), stage.disk()
        yield lambda: way.spawn(name, disk)
        way.destroy(name)

    return turn


def _destroying(way: Way, stage: Stage) -> Turn:
    @contextmanager
    def turn() -> Iterator[Work]:
        name = stage.name()
        way.spawn(name, stage.disk())
        yield lambda: way.destroy(name)

    return turn


def _on_a_machine(way: Way, stage: Stage, act: Callable[[str], None]) -> Turn:
    @contextmanager
    def turn() -> Iterator[Work]:
        name = stage.name()
        way.spawn(name, stage.disk())
        yield lambda: act(name)
        way.destroy(name)

    return turn


def port_jobs(old: Predecessor, ours: Ours, stage: Stage) -> Iterator[Job]:
    """Binding a port: by its adapter's name in both ways, and by its key in ours alone."""
    yield Job("port bind, VLAN, 10 rules", _binding(old, stage), _binding(ours, stage), "36 to 48", 10)
    yield Job("port bind (ours: by key)", _binding(old, stage), _binding_by_key(ours, stage), "36 to 48", 10)


def _binding(way: Way, stage: Stage) -> Turn:
    @contextmanager
    def turn() -> Iterator[Work]:
        name = stage.name()
        port = way.make_unbound(name)
        yield lambda: way.bind(port)
        way.destroy(name)

    return turn


def _binding_by_key(way: Ours, stage: Stage) -> Turn:
    @contextmanager
    def turn() -> Iterator[Work]:
        name = stage.name()
        key = way.key_of(way.make_unbound(name))
        yield lambda: way.bind(key)
        way.destroy(name)

    return turn


def reading_jobs(old: Predecessor, ours: Ours, stage: Stage) -> Iterator[Job]:
    """Metrics and statistics."""
    name, number = next(iter(stage.metered)), len(stage.metered)
    one = (always(lambda: old.measure(name)), always(lambda: ours.measure(name)))
    yield Job("metrics of one machine (ours: its totals)", *one, "91", 10)
    every = (always(old.measure_all), always(ours.measure_all))
    yield Job(f"metrics of {number} machines, each device", *every, f"{91 * number:,}", 10)
    statistics = (always(old.host_statistics), always(ours.host_statistics))
    yield Job("host statistics", *statistics, "6 + nodes + 2 (CPUs + memories)")
