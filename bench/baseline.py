"""What the predecessors sent for the same work.

The numbers are WMI round trips of compute-hyperv's operations, counted by running the unmodified sources of
os-win 5.9.0 over a stand-in for the native WMI module that logs every call. They are counts, not times: none
of that code ran on the machine where this bench runs.
"""

from __future__ import annotations

from attrs import frozen


@frozen
class Baseline:
    """Round trips of one operation: ``least`` where every job is done when first looked at, ``most`` else."""

    least: int
    most: int

    def __str__(self) -> str:
        return f"{self.least:,}" if self.least == self.most else f"{self.least:,} to {self.most:,}"

    def times(self, count: int) -> Baseline:
        """For doing it so often."""
        return Baseline(self.least * count, self.most * count)


def _exactly(count: int) -> Baseline:
    return Baseline(count, count)


INFO = _exactly(5)
CREATE_AND_START = _exactly(83)
"""Generation 2, one disk, one adapter, config drive; each job needing one more look makes it 109."""
POWER = _exactly(4)
DELETE = Baseline(14, 118)
"""14 for a machine long idle, 118 right after its creation: its finished jobs are then looked at as well."""


def listing(machines: int) -> Baseline:
    """List with state: one query, then five round trips for each machine."""
    return _exactly(1 + 5 * machines)
