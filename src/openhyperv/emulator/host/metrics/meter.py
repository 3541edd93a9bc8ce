"""One meter: what has come together for one metric of one device since somebody began to count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from attrs import define, field

from openhyperv.emulator.host.metrics.measuring import Amount
from openhyperv.emulator.host.metrics.metric import Function


@define(eq=False)
class Meter:
    """Counts from ``started`` on; ``sampled`` is when it was last read."""

    function: Function
    total: float = 0.0
    weight: float = 0.0
    started: datetime = field(factory=lambda: datetime.now(UTC))
    sampled: datetime = field(factory=lambda: datetime.now(UTC))

    def take(self, amount: Amount | None) -> None:
        """Add what a device has done since the last time."""
        self.sampled = datetime.now(UTC)
        if amount is None:
            return
        if self.function is Function.MAXIMUM:
            self.total = max(self.total, amount.amount)
        elif self.function is Function.MINIMUM:
            self.total = min(self.total or amount.amount, amount.amount)
        else:
            self.total += amount.amount
            self.weight += amount.weight

    def reset(self) -> None:
        """Begin again."""
        self.total, self.weight = 0.0, 0.0
        self.started = self.sampled = datetime.now(UTC)

    @property
    def value(self) -> float:
        """What the metric shows."""
        if self.function is Function.AVERAGE:
            return self.total / self.weight if self.weight else 0.0
        return self.total

    @property
    def duration(self) -> timedelta:
        """How long it has counted."""
        return self.sampled - self.started
