"""Doing jobs in turns in both ways, and watching from the host."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from statistics import median
from time import perf_counter, sleep
from typing import TypeAlias

from attrs import frozen

from bench.comparison.naps import Naps
from bench.comparison.results import Effort
from bench.emulated import RunningHost

_PULL = "Pull"
_SETTLE_S = 0.05

Work: TypeAlias = Callable[[], object]
Turn: TypeAlias = Callable[[], AbstractContextManager[Work]]
"""Makes what a piece of work needs, and takes away what it left; neither is watched."""


@frozen
class Watch:
    """Watches one host while something is done there."""

    host: RunningHost
    naps: Naps

    def effort(self, work: Work) -> Effort:
        """Do it once."""
        before, naps = self.host.variables(), self.naps.count
        started_s = perf_counter()
        work()
        seconds = perf_counter() - started_s
        sleep(_SETTLE_S)
        after = self.host.variables()
        grown = {name: count - before.requests.get(name, 0) for name, count in after.requests.items()}
        pulls = grown.pop(_PULL, 0)
        wire_bytes = after.wire_bytes - before.wire_bytes
        return Effort(sum(grown.values()), pulls, wire_bytes, seconds, self.naps.count - naps)


def always(work: Work) -> Turn:
    """Work that needs nothing and leaves nothing."""
    return lambda: nullcontext(work)


def in_turns(watch: Watch, old: Turn, ours: Turn, repetitions: int) -> tuple[Effort, Effort]:
    """Both ways of a job so often, one after the other."""
    pairs = [(_effort(watch, old), _effort(watch, ours)) for _ in range(repetitions)]
    return _summed_up([pair[0] for pair in pairs]), _summed_up([pair[1] for pair in pairs])


def _effort(watch: Watch, turn: Turn) -> Effort:
    with turn() as work:
        return watch.effort(work)


def _summed_up(efforts: list[Effort]) -> Effort:
    return Effort(
        requests=max(effort.requests for effort in efforts),
        pulls=round(median(effort.pulls for effort in efforts)),
        wire_bytes=round(median(effort.wire_bytes for effort in efforts)),
        seconds=median(effort.seconds for effort in efforts),
        naps=max(effort.naps for effort in efforts),
    )
