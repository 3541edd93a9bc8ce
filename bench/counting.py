"""Requests of an operation, counted at both ends."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from statistics import median
from time import perf_counter

from attrs import frozen

from bench.baseline import Baseline
from bench.emulated import RunningHost
from bench.results import OperationResult
from openhyperv.cim.session import Session

_PULL = "Pull"
_LOOK = re.compile(r"Get \w+Job")


@frozen
class Sample:
    """One run of an operation."""

    requests: int
    waits: int
    seconds: float


class Counter:
    """Counts what one session, the only one of its host, sends.

    The host's own counters (``/debug/vars``) tell how many requests came that were no Pull and no look at a
    job: those are the operation's, whatever the thread that waits for events does meanwhile. The session's
    counter (``pool.traffic``) tells how many were answered in all; what is more are waits. A Pull that waits
    for events is held open by the host, and counts in the operation during which it is answered.
    """

    def __init__(self, host: RunningHost, session: Session) -> None:
        self._host = host
        self._session = session

    def sample(self, work: Callable[[], object]) -> Sample:
        """Do it once."""
        heard, answered = self._heard(), self._session.pool.traffic.requests
        started_s = perf_counter()
        work()
        seconds = perf_counter() - started_s
        requests = self._heard() - heard
        waits = self._session.pool.traffic.requests - answered - requests
        return Sample(requests, waits, seconds)

    def _heard(self) -> int:
        heard = self._host.requests().items()
        return sum(count for name, count in heard if name != _PULL and not _LOOK.fullmatch(name))


def summed_up(
    name: str, samples: Sequence[Sample], *, baseline: Baseline, most_requests: int
) -> OperationResult:
    """The result of some runs of one operation."""
    return OperationResult(
        name=name,
        requests=max(sample.requests for sample in samples),
        waits=round(median(sample.waits for sample in samples)),
        seconds=median(sample.seconds for sample in samples),
        repetitions=len(samples),
        baseline=baseline,
        most_requests=most_requests,
    )
