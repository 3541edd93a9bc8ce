"""Which ports need work, one piece of work per port at a time, and later again where it failed."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from threading import Lock
from time import monotonic

from attrs import define

_FIRST_PAUSE_S = 1.0
_LONGEST_PAUSE_S = 60.0


class Need(IntEnum):
    """What has to be asked of Neutron: all that belongs to a port, and the port itself with that."""

    RULES = 1
    DETAILS = 2


@define
class _Port:
    due_s: float | None = None
    need: Need = Need.DETAILS
    is_busy: bool = False
    is_gone: bool = False
    failures: int = 0

    def want(self, now_s: float, need: Need) -> None:
        self.need = need if self.due_s is None and not self.is_busy else max(self.need, need)
        self.due_s = now_s


class PortQueue:
    """The ports of one host by name. Every method may be called from any thread.

    A wish for a port that is being worked on is kept until that is done; several are one.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._ports: dict[str, _Port] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        """How many ports there are."""
        with self._lock:
            return sum(1 for port in self._ports.values() if not port.is_gone)

    def add(self, *names: str) -> None:
        """Ports are there, and need work now: all at the same moment."""
        with self._lock:
            for name in names:
                port = self._ports.setdefault(name, _Port())
                port.want(self._clock(), Need.DETAILS)
                port.is_gone, port.failures = False, 0

    def remove(self, name: str) -> None:
        """A port is gone."""
        with self._lock:
            port = self._ports.get(name)
            if port is not None and port.is_busy:
                port.due_s, port.is_gone = None, True
            else:
                self._ports.pop(name, None)

    def want(self, name: str, need: Need = Need.DETAILS) -> bool:
        """A port needs work now; False where there is no such port."""
        with self._lock:
            port = self._ports.get(name)
            if port is None or port.is_gone:
                return False
            port.want(self._clock(), need)
            return True

    def want_all(self) -> None:
        """Every port needs work now."""
        with self._lock:
            for port in self._ports.values():
                if not port.is_gone:
                    port.want(self._clock(), Need.DETAILS)

    def take(self) -> dict[str, Need]:
        """The ports whose time has come; each is :meth:`finished` or :meth:`failed` by whoever takes it."""
        with self._lock:
            now_s = self._clock()
            due = [
                name
                for name, port in self._ports.items()
                if port.due_s is not None and port.due_s <= now_s and not port.is_busy
            ]
            for name in due:
                self._ports[name].due_s, self._ports[name].is_busy = None, True
            return {name: self._ports[name].need for name in due}

    def finished(self, name: str) -> bool:
        """The work is done; False where that is out of date, since the port is gone or needs work again."""
        with self._lock:
            port = self._ports[name]
            port.is_busy, port.failures = False, 0
            if port.is_gone:
                del self._ports[name]
            return not port.is_gone and port.due_s is None

    def failed(self, name: str) -> None:
        """The work is not done: all of it is due again after a pause, a longer one each time."""
        with self._lock:
            port = self._ports[name]
            port.is_busy = False
            if port.is_gone:
                del self._ports[name]
            elif port.due_s is None:
                port.due_s = self._clock() + min(_FIRST_PAUSE_S * 2**port.failures, _LONGEST_PAUSE_S)
                port.failures += 1
                port.need = Need.DETAILS

    @property
    def pause_s(self) -> float | None:
        """Seconds until a port is due; None while none will be."""
        with self._lock:
            times = [
                port.due_s for port in self._ports.values() if port.due_s is not None and not port.is_busy
            ]
            return max(0.0, min(times) - self._clock()) if times else None
