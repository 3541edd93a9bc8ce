"""One job done in both ways."""

from __future__ import annotations

from attrs import frozen

from bench.emulated import Manner


@frozen
class Effort:
    """What one way took: requests without pulls, pulls, bytes both ways on the wire, seconds.

    ``naps`` are those of a tenth of a second that os-win takes between looks at a job.
    """

    requests: int
    pulls: int
    wire_bytes: int
    seconds: float
    naps: int = 0


@frozen
class ComparisonResult:
    """A job on a host that answers in some manner, in both ways.

    ``windows_round_trips`` were counted of the same os-win calls where they have a native ``wmi``.
    """

    name: str
    manner: Manner
    old: Effort
    ours: Effort
    repetitions: int
    windows_round_trips: str
    least_ratio: float | None = None

    @property
    def ratio(self) -> float:
        """How many times as long os-win took."""
        return self.old.seconds / self.ours.seconds

    @property
    def is_met(self) -> bool | None:
        """True where the target holds, None where there is none."""
        return None if self.least_ratio is None else self.ratio >= self.least_ratio
