"""Changes of instances: from the providers that make them to the subscriptions that watch."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from threading import Lock

from attrs import frozen

from openhyperv.wire.instance import Instance


class ChangeKind(StrEnum):
    """The intrinsic event class that reports a change."""

    CREATION = "__InstanceCreationEvent"
    MODIFICATION = "__InstanceModificationEvent"
    DELETION = "__InstanceDeletionEvent"


@frozen
class Change:
    """One change: ``before`` is None for a creation; ``target`` is the instance now, or as it last was."""

    kind: ChangeKind
    target: Instance
    before: Instance | None = None


@frozen
class Indication:
    """An event that a provider raises by itself: ``event`` is an instance of an indication class."""

    event: Instance


Watcher = Callable[[Change | Indication], None]
Interest = Callable[[str], bool]
"""Whether changes of the instances of a class matter to a watcher."""


def _in_everything(_class_name: str) -> bool:
    return True


class EventBus:
    """Hands everything published to every watcher, in order. Watchers must not block."""

    def __init__(self) -> None:
        self._watchers: list[tuple[Watcher, Interest]] = []
        self._lock = Lock()

    @property
    def is_watched(self) -> bool:
        """False when nobody listens, so that providers need not render instances for nothing."""
        return bool(self._watchers)

    def is_awaited(self, class_names: Iterable[str]) -> bool:
        """False when changes of instances of these classes matter to nobody: many clients watch jobs."""
        interests = [interest for _, interest in self._watchers]
        return bool(interests) and any(wants(name) for name in class_names for wants in interests)

    def watch(self, watcher: Watcher, interest: Interest = _in_everything) -> Callable[[], None]:
        """Add a watcher, who may hear of what it has no ``interest`` in; the returned call removes it."""
        added = (watcher, interest)
        with self._lock:
            self._watchers = [*self._watchers, added]

        def stop() -> None:
            with self._lock:
                self._watchers = [each for each in self._watchers if each is not added]

        return stop

    def publish(self, happening: Change | Indication) -> None:
        """Tell all watchers."""
        for watcher, _ in self._watchers:
            watcher(happening)
