"""Looking at instances every so many seconds, as WMI does for classes whose providers announce nothing.

Microsoft, "WITHIN Clause": what comes and goes between two looks is not seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeAlias

from openhyperv.emulator.cimom.events import Change, ChangeKind
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

Look = Callable[[], Iterable[Instance]]
"""Gives the instances that there are, each with its path."""
Picture: TypeAlias = Mapping[ObjectPath | None, Instance]
"""What was seen, by path."""


class Looks:
    """The looks of one subscription at classes whose changes nobody announces. Not thread-safe."""

    def __init__(self, classes: Iterable[str], look: Look, interval_s: float) -> None:
        """The first look is taken now; ``classes`` are the names of exactly the classes looked at."""
        self._classes = {name.lower() for name in classes}
        self._look = look
        self._interval_s = interval_s if self._classes else math.inf
        self._seen = self._picture()

    def covers(self, instance: Instance) -> bool:
        """True for an instance of a class that is looked at."""
        return instance.class_name.lower() in self._classes

    def due_s(self, start_s: float, now_s: float) -> float:
        """When the next look after ``now_s`` is due, where the first was taken at ``start_s``."""
        if math.isinf(self._interval_s):
            return math.inf
        return start_s + (math.floor((now_s - start_s) / self._interval_s) + 1) * self._interval_s

    def changes(self) -> Iterator[Change]:
        """Look again: what came, what is different, what went."""
        before, self._seen = self._seen, self._picture()
        return differences(before, self._seen)

    def _picture(self) -> Picture:
        return {instance.path: instance for instance in self._look()} if self._classes else {}


NO_LOOKS = Looks((), tuple, math.inf)
"""Those of a subscription that hears of everything it is about."""


def differences(before: Picture, now: Picture) -> Iterator[Change]:
    """What went, what came and what is different, in the order of the pictures."""
    for path, instance in before.items():
        if path not in now:
            yield Change(ChangeKind.DELETION, instance)
    for path, instance in now.items():
        known = before.get(path)
        if known is None:
            yield Change(ChangeKind.CREATION, instance)
        elif known != instance:
            yield Change(ChangeKind.MODIFICATION, instance, known)
