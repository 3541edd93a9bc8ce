"""What is open between requests: enumerations half read, and subscriptions; counted per user."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Lock
from time import monotonic
from uuid import uuid4

from attrs import define, field

from openhyperv.emulator.cimom.subscription import Subscription
from openhyperv.emulator.wsman.limits import ServiceLimits
from openhyperv.emulator.wsman.refusals import stale_context, too_many_operations
from openhyperv.wire.xml import Element


@define(eq=False)
class Enumeration:
    """Items still to be delivered; ``held`` is one that did not fit into the last envelope."""

    items: Iterator[Element]
    user: str
    idle_since_s: float = field(factory=monotonic)
    held: Element | None = None
    lock: Lock = field(factory=Lock)


@define(eq=False)
class Watch:
    """A pull subscription; ``expires_at_s`` is on the monotonic clock.

    ``columns`` are what its query cuts events down to, ``held`` is an event that did not fit into the last
    envelope.
    """

    subscription: Subscription
    columns: tuple[str, ...]
    user: str
    expires_at_s: float
    identifier: str
    held: Element | None = None
    lock: Lock = field(factory=Lock)


class Contexts:
    """The open enumerations and subscriptions of a service. Thread-safe."""

    def __init__(self, limits: ServiceLimits) -> None:
        self._limits = limits
        self._lock = Lock()
        self._enumerations: dict[str, Enumeration] = {}
        self._watches: dict[str, Watch] = {}
        self._is_closed = False

    def counts(self) -> tuple[int, int]:
        """Open enumerations and open subscriptions."""
        with self._lock:
            return len(self._enumerations), len(self._watches)

    def keep(self, enumeration: Enumeration) -> str:
        """Keep an enumeration; the context is its name from now on.

        :raises Refusal: the user has too many open
        """
        with self._lock:
            self._admit(enumeration.user)
            context = _new_context()
            self._enumerations[context] = enumeration
            return context

    def keep_watch(self, watch: Watch) -> str:
        """Keep a subscription; like :meth:`keep`."""
        with self._lock:
            self._admit(watch.user)
            context = _new_context()
            self._watches[context] = watch
            if self._is_closed:
                watch.subscription.close()
            return context

    def _admit(self, user: str) -> None:
        self._drop_idle()
        open_by_user = sum(kept.user == user for kept in self._all())
        if open_by_user >= self._limits.max_operations_per_user:
            raise too_many_operations(self._limits.max_operations_per_user)

    def _all(self) -> list[Enumeration | Watch]:
        return [*self._enumerations.values(), *self._watches.values()]

    def _drop_idle(self) -> None:
        now_s = monotonic()
        oldest_s = now_s - self._limits.enumeration_timeout_s
        self._enumerations = {c: e for c, e in self._enumerations.items() if e.idle_since_s >= oldest_s}
        for context, watch in list(self._watches.items()):
            if watch.expires_at_s < now_s:
                del self._watches[context]
                watch.subscription.close()

    def enumeration(self, context: str, user: str) -> Enumeration:
        """The enumeration of a context.

        :raises Refusal: it is not open, or another user's
        """
        with self._lock:
            self._drop_idle()
            found = self._enumerations.get(context)
        if found is None or found.user != user:
            raise stale_context()
        found.idle_since_s = monotonic()
        return found

    def watch(self, context: str, user: str) -> Watch | None:
        """The subscription of a context, if it is one of this user's."""
        with self._lock:
            self._drop_idle()
            found = self._watches.get(context)
        return found if found is not None and found.user == user else None

    def watch_named(self, identifier: str, user: str) -> tuple[str, Watch] | None:
        """A subscription with its context by the identifier that Unsubscribe gives, or by the context."""
        with self._lock:
            for context, watch in self._watches.items():
                if watch.user == user and identifier in (watch.identifier, context):
                    return context, watch
        return None

    def drop(self, context: str) -> None:
        """Forget a context; one that is not there is fine."""
        with self._lock:
            self._enumerations.pop(context, None)
            watch = self._watches.pop(context, None)
        if watch is not None:
            watch.subscription.close()

    def close(self) -> None:
        """Drop everything; whoever subscribes afterwards hears nothing, and is not kept waiting."""
        with self._lock:
            self._is_closed = True
            contexts = [*self._enumerations, *self._watches]
        for context in contexts:
            self.drop(context)


def _new_context() -> str:
    return f"uuid:{str(uuid4()).upper()}"
