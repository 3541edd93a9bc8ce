"""Events of a host for as long as they are wanted, over the end of what a host grants at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event, Lock
from types import TracebackType
from typing import Self

from openhyperv.cim.granted_subscription import GrantedSubscription
from openhyperv.errors import HyperVError, ProtocolError
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.instance import Instance

_PULL_WAIT_S = 25.0
"""How long one Pull is held open at most; the host then says TimedOut and is asked again."""
_SHORTEST_WAIT_S = 0.1
_MARGIN_S = 30.0
"""How long before a subscription runs out another one takes its place."""
_OVERLAP_S = 3.0
"""How long the former one is heard out then: longer than WMI's own look at what a query asks for takes.

A change that WMI has not looked at yet, as the successor begins, is in what that one begins with.
"""


class Subscription:
    """Events matching a query, from the moment of subscribing. One thread reads; any thread may close.

    WinRM prolongs no subscription (it answers ``UnableToRenew``), so that before one runs out it is followed
    by another. What happens just then may be told twice, rather than never.
    """

    def __init__(self, subscribe: Callable[[], GrantedSubscription], host: str) -> None:
        self._subscribe = subscribe
        self._host = host
        self._current = subscribe()
        self._former: GrantedSubscription | None = None
        self._hearing_out = Deadline.after(0.0)
        self._changing = Lock()
        self._closed = Event()

    def events(self, timeout_s: float | None = None) -> Iterator[Instance]:
        """Events as they come, until :meth:`close`, or until none came for ``timeout_s``.

        :raises HyperVError: the subscription broke; subscribe anew and look what was missed
        """
        while (batch := self._wait(timeout_s)) is not None:
            yield from batch

    def _wait(self, timeout_s: float | None) -> list[Instance] | None:
        """The next events; None once the time is up or the subscription is closed."""
        deadline = None if timeout_s is None else Deadline.after(timeout_s)
        while not self._closed.is_set():
            wait_s = _PULL_WAIT_S if deadline is None else min(_PULL_WAIT_S, deadline.remaining_s)
            if wait_s <= 0:
                return None
            if events := self._pull(wait_s):
                return events
        return None

    def _pull(self, wait_s: float) -> list[Instance]:
        """One Pull; empty when nothing happened, or when :meth:`close` ended it."""
        try:
            if self._former is None and 0 < self._current.remaining_s <= _margin_s(self._current):
                self._succeed()
            return self._hear(wait_s)
        except HyperVError:
            if self._closed.is_set():
                return []
            raise

    def _hear(self, wait_s: float) -> list[Instance]:
        """One Pull of the former subscription until it was heard out, then of its successor."""
        if (former := self._former) is not None:
            if (left_s := self._hearing_out.remaining_s) > 0 and not former.has_ended:
                return former.pull(min(wait_s, left_s))
            self._former = None
            former.close()
        if self._current.has_ended:
            raise ProtocolError("The host ended the subscription.", host=self._host)
        left_s = self._current.remaining_s - _margin_s(self._current)
        return self._current.pull(min(wait_s, max(left_s, _SHORTEST_WAIT_S)))

    def _succeed(self) -> None:
        """Have another subscription take the place of the current one, which is heard out."""
        successor = self._subscribe()
        with self._changing:
            self._former, self._current = self._current, successor
            self._hearing_out = Deadline.after(_overlap_s(self._former))
            is_closed = self._closed.is_set()
        if is_closed:
            successor.close()

    def close(self) -> None:
        """End the subscription at the host; a waiting reader ends. Closing twice does nothing."""
        with self._changing:
            if self._closed.is_set():
                return
            self._closed.set()
            held = [each for each in (self._former, self._current) if each is not None]
        for each in held:
            each.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _margin_s(granted: GrantedSubscription) -> float:
    return min(_MARGIN_S, granted.lasts_s / 4)


def _overlap_s(granted: GrantedSubscription) -> float:
    return min(_OVERLAP_S, _margin_s(granted) * 0.8)
