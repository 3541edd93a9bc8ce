"""Changes of instances: from the providers that make them to the subscriptions that watch."""

from __future__ import annotations

from collections.abc import Callable
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


class EventBus:
    """Hands everything published to every watcher, in order. Watchers must not block."""

    def __init__(self) -> None:
        self._watchers: list[Watcher] = []
        self._lock = Lock()

    @property
    def is_watched(self) -> bool:
        """False when nobody listens, so that providers need not render instances for nothing."""
        return bool(self._watchers)

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Add a watcher; the returned call removes it."""
        with self._lock:
            self._watchers = [*self._watchers, watcher]

        def stop() -> None:
            with self._lock:
                self._watchers = [w for w in self._watchers if w is not watcher]

        return stop

    def publish(self, happening: Change | Indication) -> None:
        """Tell all watchers."""
        for watcher in self._watchers:
            watcher(happening)
