"""Watching one host for adapters, for as long as it takes: a host that is away is tried again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event, Thread
from time import monotonic

from attrs import frozen
from oslo_log import log as logging

from openhyperv.errors import AuthenticationError, HyperVError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.ports.inventory import AdapterChange, AdapterInventory
from openhyperv.hyperv.ports.reading import PortReading
from openhyperv.hyperv.ports.watching import AdapterWatch

LOG = logging.getLogger(__name__)

_RETRY_S = 5.0
_REFUSED_RETRY_S = 300.0
"""A wrong password, tried too often, locks the account out for everybody who uses it."""


@frozen
class Pace:
    """How often a host is looked at, besides the events that it sends: at its adapters, and at everything."""

    relist_s: float
    recheck_s: float


class HostWatch:
    """A thread that hears of a host's adapters; ``name`` is for the log.

    ``see`` is called with all ports of the host whenever a watch begins and again from time to time, and may
    raise a HyperVError if the host is not fit to be served. ``hear`` is called with every change, after
    ``see`` if that shows it. Both are called in the watch's own thread.
    """

    def __init__(
        self,
        name: str,
        host: Host,
        *,
        see: Callable[[PortReading], None],
        hear: Callable[[Sequence[AdapterChange]], None],
        pace: Pace,
    ) -> None:
        self._name = name
        self._host = host
        self._see = see
        self._hear = hear
        self._pace = pace
        self._recheck_due_s = monotonic()
        self._inventory = AdapterInventory(host.session)
        self._watch: AdapterWatch | None = None
        self._stopped = Event()
        self._serving = Event()
        self._thread = Thread(target=self._run, name="host-watch", daemon=True)

    @property
    def is_serving(self) -> bool:
        """True while the host answers and every adapter is known."""
        return self._serving.is_set() and self._thread.is_alive()

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; waits until the thread has ended."""
        self._stopped.set()
        if (watch := self._watch) is not None:
            watch.close()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._serve()
            except HyperVError as error:
                pause_s = _REFUSED_RETRY_S if isinstance(error, AuthenticationError) else _RETRY_S
                LOG.warning(
                    "Host %s is not served; it is tried again in %d s: %s", self._name, pause_s, error
                )
                self._serving.clear()
                self._stopped.wait(pause_s)

    def _serve(self) -> None:
        """Serve it until it is stopped.

        :raises HyperVError: the host cannot be reached, or the watch broke
        """
        self._recheck_due_s = monotonic()
        with AdapterWatch(self._host.session, self._inventory) as self._watch:
            if self._stopped.is_set():
                return
            for changes in self._watch.changes(self._pace.relist_s, self._list):
                self._serving.set()
                self._hear(changes)

    def _list(self) -> list[AdapterChange]:
        """The adapters, and from time to time everything else with them, which is one request too."""
        if monotonic() < self._recheck_due_s:
            return self._inventory.read()
        reading = self._host.ports()
        self._see(reading)
        self._recheck_due_s = monotonic() + self._pace.recheck_s
        return self._inventory.take(reading.adapters)
