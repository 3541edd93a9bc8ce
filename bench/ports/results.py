"""What binding ports took."""

from __future__ import annotations

from enum import StrEnum
from statistics import median

from attrs import frozen


class Way(StrEnum):
    """Whose calls, and whether all ports are known at once or appear one after the other."""

    OLD = "old order of calls"
    ONE_BY_ONE = "ours, one by one"
    AT_ONCE = "ours, all at once"


@frozen
class Round:
    """Ports bound once. ``requests`` include pulls; of the times, the last two are processors'."""

    ports: int
    requests: int
    wire_bytes: int
    seconds: float
    agent_cpu_s: float
    host_cpu_s: float

    @property
    def requests_per_port(self) -> float:
        """On average."""
        return self.requests / self.ports

    @property
    def ports_per_s(self) -> float:
        """How fast."""
        return self.ports / self.seconds


@frozen
class PortResult:
    """One way of binding ports, by so many workers, with so much added to every answer: each round of it.

    ``most_requests`` is the target for one port. ``is_growth`` marks those that only differ in how many ports
    were bound.
    """

    way: Way
    delay_s: float
    workers: int
    rounds: tuple[Round, ...]
    most_requests: int | None = None
    is_growth: bool = False

    @property
    def name(self) -> str:
        """What was measured."""
        return f"{self.way}, {self.workers} workers, {self.delay_s * 1000:g} ms"

    @property
    def ports(self) -> int:
        """How many were bound in each round."""
        return self.rounds[0].ports

    @property
    def requests_per_port(self) -> float:
        """The least of any round: in others the bench itself may have heard of jobs meanwhile."""
        return min(each.requests_per_port for each in self.rounds)

    @property
    def kib_per_port(self) -> float:
        """Bytes on the wire in both directions, headers included."""
        return median(each.wire_bytes / 1024 / each.ports for each in self.rounds)

    @property
    def speeds(self) -> tuple[float, float, float]:
        """Ports per second: the least, the median and the most of all rounds."""
        speeds = [each.ports_per_s for each in self.rounds]
        return min(speeds), median(speeds), max(speeds)

    @property
    def agent_cpu_ms(self) -> float:
        """Processor time of the agent for a port."""
        return median(1000 * each.agent_cpu_s / each.ports for each in self.rounds)

    @property
    def host_cpu_ms(self) -> float:
        """Processor time of the emulated host for a port."""
        return median(1000 * each.host_cpu_s / each.ports for each in self.rounds)

    @property
    def is_met(self) -> bool | None:
        """True where the target for requests holds, None where there is none."""
        return None if self.most_requests is None else self.requests_per_port <= self.most_requests

    def times_as_fast_as(self, other: PortResult) -> tuple[float, float, float]:
        """The least, the median and the most of all rounds; rounds of the same number are held together."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        ratios = [mine.ports_per_s / theirs.ports_per_s for mine, theirs in pairs]
        return min(ratios), median(ratios), max(ratios)
