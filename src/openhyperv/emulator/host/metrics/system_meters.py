"""The meters of one virtual machine: those that are kept, and those that last for one run."""

from __future__ import annotations

from time import monotonic

from attrs import define, field

from openhyperv.emulator.guests.counters import GuestCounters
from openhyperv.emulator.host.machines.virtual_system import Session
from openhyperv.emulator.host.metrics.meter import Meter
from openhyperv.emulator.host.metrics.parts import Key, Part


@define(eq=False)
class SystemMeters:
    """``run`` is the session that traffic is counted of, ``used`` what its guest had used when last asked.

    None there means that it was not asked yet: what it used before anything was metered does not count.
    """

    kept: dict[Key, Meter] = field(factory=dict)
    _of_run: dict[Key, Meter] = field(factory=dict)
    _run: Session | None = None
    _used: GuestCounters | None = None
    _asked_s: float = field(factory=monotonic)

    @property
    def is_empty(self) -> bool:
        """True where nothing is metered."""
        return not self.kept and not self._of_run

    def find(self, part: Part) -> Meter | None:
        """The meter of a part, if it has one."""
        if not part.metric.source.is_network:
            return self.kept.get(part.key)
        return self._of_run.get(part.key) if self._run is part.system.session else None

    def enable(self, part: Part) -> None:
        """Begin to meter a part, unless it is metered."""
        if self.is_empty:
            self._run, self._used, self._asked_s = part.system.session, None, monotonic()
        if self.find(part) is None:
            self._follow(part.system.session)
            self._meters(part)[part.key] = Meter(part.metric.function)

    def disable(self, part: Part) -> None:
        """Meter a part no longer."""
        self._meters(part).pop(part.key, None)

    def advance(
        self, session: Session | None, now: GuestCounters, asked_s: float
    ) -> tuple[float, GuestCounters]:
        """In how many seconds what was used, up to when the guest was asked."""
        self._follow(session)
        before_s, self._asked_s = self._asked_s, asked_s
        before, self._used = self._used, now
        if before is None:
            return 0.0, GuestCounters()
        return self._asked_s - before_s, now.since(before)

    def drop_others(self, parts: list[Part]) -> None:
        """Forget the meters of parts that are gone."""
        present = {part.key for part in parts}
        for meters in (self.kept, self._of_run):
            for key in [key for key in meters if key not in present]:
                del meters[key]

    def _meters(self, part: Part) -> dict[Key, Meter]:
        return self._of_run if part.metric.source.is_network else self.kept

    def _follow(self, session: Session | None) -> None:
        """A new run of the guest begins to count at nothing."""
        if session is not self._run:
            self._run, self._used = session, GuestCounters()
            self._of_run.clear()
