"""What WMI sees of changing instances when it looks at them every so many seconds.

Between two looks only the difference counts: an object created and changed since appears as created in its
final state, one that came and went does not appear at all (Microsoft, "WITHIN Clause").
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define

from openhyperv.emulator.cimom.events import Change, ChangeKind
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath


@define
class _Pending:
    """An object's state at the last look and now; None where it does not exist."""

    before: Instance | None
    now: Instance | None


class Differences:
    """Collects changes until the next look. Not thread-safe."""

    def __init__(self) -> None:
        self._pending: dict[ObjectPath, _Pending] = {}

    def __bool__(self) -> bool:
        return bool(self._pending)

    def add(self, change: Change) -> None:
        """Take note of a change; one whose instance has no path cannot be told from others and is ignored."""
        path = change.target.path
        if path is None:
            return
        now = None if change.kind is ChangeKind.DELETION else change.target
        known = self._pending.get(path)
        if known is not None:
            known.now = now
        else:
            self._pending[path] = _Pending(_state_before(change), now)

    def take(self) -> Iterator[Change]:
        """Look: the differences in the order in which their objects first changed, and forget them."""
        pending, self._pending = self._pending, {}
        for each in pending.values():
            difference = _difference(each)
            if difference is not None:
                yield difference


def _state_before(change: Change) -> Instance | None:
    if change.kind is ChangeKind.CREATION:
        return None
    return change.target if change.before is None else change.before


def _difference(pending: _Pending) -> Change | None:
    before, now = pending.before, pending.now
    if now is None:
        return None if before is None else Change(ChangeKind.DELETION, before)
    if before is None:
        return Change(ChangeKind.CREATION, now)
    return None if before == now else Change(ChangeKind.MODIFICATION, now, before)
