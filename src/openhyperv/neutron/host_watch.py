"""Watching one host for adapters, for as long as it takes: a host that is away is tried again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event, Thread

from oslo_log import log as logging

from openhyperv.errors import AuthenticationError, HyperVError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.ports.inventory import AdapterChange, AdapterInventory
from openhyperv.hyperv.ports.watching import AdapterWatch

LOG = logging.getLogger(__name__)

_RETRY_S = 5.0
_REFUSED_RETRY_S = 300.0
"""A wrong password, tried too often, locks the account out for everybody who uses it."""


class HostWatch:
    """A thread that hears of a host's adapters; ``name`` is for the log.

    ``prepare`` is called whenever a watch begins, and may raise a HyperVError if the host is not
    fit to be served; ``hear`` is called with every change, in the watch's own thread.
    """

    def __init__(
        self,
        name: str,
        host: Host,
        *,
        prepare: Callable[[], None],
        hear: Callable[[Sequence[AdapterChange]], None],
        relist_s: float,
    ) -> None:
        self._name = name
        self._host = host
        self._prepare = prepare
        self._hear = hear
        self._relist_s = relist_s
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
        """Serve it until it has to be watched anew, which is at once."""
        self._prepare()
        with AdapterWatch(self._host.session, self._inventory) as self._watch:
            if self._stopped.is_set():
                return
            for changes in self._watch.changes(self._relist_s):
                self._serving.set()
                self._hear(changes)
