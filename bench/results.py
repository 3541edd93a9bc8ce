"""What was measured, beside what was wanted."""

from __future__ import annotations

from attrs import frozen

from bench.baseline import Baseline
from bench.comparison.results import ComparisonResult
from bench.ports.results import PortResult


@frozen
class OperationResult:
    """An operation on the host.

    ``requests`` are the WS-Management requests that the operation itself sent, the most of any repetition.
    ``waits`` were answered meanwhile: pulls of further batches or of events, and looks at jobs.
    ``seconds`` is the median.
    """

    name: str
    requests: int
    waits: int
    seconds: float
    repetitions: int
    baseline: Baseline
    most_requests: int

    @property
    def is_met(self) -> bool:
        """True where the target holds."""
        return self.requests <= self.most_requests


@frozen
class Goal:
    """A target for a number: ``is_upper`` where less is better."""

    bound: float
    is_upper: bool

    def __str__(self) -> str:
        return f"{'at most' if self.is_upper else 'at least'} {self.bound:,.10g}"

    def is_met_by(self, value: float) -> bool:
        """True where the value is the bound, or better."""
        return value <= self.bound if self.is_upper else value >= self.bound


def at_most(bound: float) -> Goal:
    """Less is better."""
    return Goal(bound, is_upper=True)


def at_least(bound: float) -> Goal:
    """More is better."""
    return Goal(bound, is_upper=False)


@frozen
class SpeedResult:
    """One number, the median of its repetitions; ``remark`` tells what it stands beside, or its limit."""

    name: str
    value: float
    unit: str
    repetitions: int
    goal: Goal | None = None
    remark: str = ""

    @property
    def is_met(self) -> bool | None:
        """True where the target holds, None where there is none."""
        return None if self.goal is None else self.goal.is_met_by(self.value)


Result = OperationResult | SpeedResult | ComparisonResult | PortResult
