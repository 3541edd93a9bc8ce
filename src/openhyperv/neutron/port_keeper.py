"""Keeping the ports of one host as Neutron has them: asking, and binding in parallel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import TypeAlias

from oslo_log import log as logging

from openhyperv.errors import HyperVError
from openhyperv.hyperv.ports.reading import PortReading
from openhyperv.neutron.binding import PortBinder
from openhyperv.neutron.details import InactiveBinding, PortDetails, UnboundPort
from openhyperv.neutron.news import PortNews
from openhyperv.neutron.port_lookup import PortLookup
from openhyperv.neutron.port_queue import Need, PortQueue
from openhyperv.neutron.server import NeutronServer
from openhyperv.neutron.sightings import Sightings
from openhyperv.neutron.trunks.reporting import TrunkReports
from openhyperv.neutron.wanted_port import WantedPort

LOG = logging.getLogger(__name__)

_MANY = 10
"""So many ports at once are worth a look at all of the host's."""
_LOOKS = 4
"""Unless the host has this many times as many."""

_Reading: TypeAlias = Callable[[], PortReading] | None
"""Waits for what a worker reads, or has it already; None where each port is looked at by itself."""


class PortKeeper:
    """Works off a queue of ports. One thread speaks to Neutron; the workers speak to the host.

    ``wake`` is called whenever there is something to tell, or to do again.
    """

    def __init__(
        self,
        binder: PortBinder,
        server: NeutronServer,
        lookup: PortLookup,
        queue: PortQueue,
        news: PortNews,
        trunks: TrunkReports,
        *,
        worker_count: int,
        wake: Callable[[], None],
    ) -> None:
        self._binder = binder
        self._server = server
        self._lookup = lookup
        self._queue = queue
        self._news = news
        self._trunks = trunks
        self._wake = wake
        self._workers = ThreadPoolExecutor(worker_count, thread_name_prefix="port")
        self._bound: dict[str, PortDetails] = {}
        self._sightings = Sightings()

    def look_after(self) -> None:
        """Ask for the ports that are due, and have the workers make them so.

        :raises RPC_ERRORS: those that nothing was heard of are due again later
        """
        taken = self._queue.take()
        reading = self._look(len(taken))
        unheard = set(taken)
        known = [
            self._bound[port_id]
            for port_id, need in taken.items()
            if need is Need.RULES and port_id in self._bound
        ]
        try:
            unheard -= self._begin_ports(known, reading, is_news=False)
            asked = unheard - {port.port_id for port in known}
            for answers in self._server.details(sorted(asked)):
                ports = [each for each in answers if isinstance(each, PortDetails)]
                unheard -= self._begin_ports(ports, reading, is_news=True)
                others = [each for each in answers if not isinstance(each, PortDetails)]
                unheard -= {self._begin_other(each, reading) for each in others}
        finally:
            for port_id in unheard:
                self._queue.failed(port_id)

    def see(self, reading: PortReading) -> None:
        """All ports are seen, from whatever thread: those that are as nobody made them are put right.

        The ports that are looked after next are taken to be as they are seen here.
        """
        for port_id in self._binder.drifted(reading):
            LOG.warning("Port %s was changed on the host; it is made again what it should be.", port_id)
            self._queue.want(port_id, Need.RULES)
        self._sightings.put(reading)

    def forget(self, port_id: str) -> None:
        """The adapter of a port is gone."""
        self._bound.pop(port_id, None)
        self._binder.forget(port_id)
        self._lookup.forget(port_id)
        self._trunks.forget(port_id)

    def close(self) -> None:
        """Wait for the workers; what was not begun is not done."""
        self._workers.shutdown(cancel_futures=True)

    def _look(self, count: int) -> _Reading:
        """Ports are as they were just seen; or else, if many are due, a worker looks at all of them first."""
        seen = self._sightings.take() if count else None
        if seen is not None:
            return lambda: seen
        if count >= _MANY and count * _LOOKS > len(self._queue):
            return self._workers.submit(self._binder.read_ports).result
        return None

    def _begin_ports(self, ports: Sequence[PortDetails], reading: _Reading, *, is_news: bool) -> set[str]:
        """Begin to bind ports; those of which Neutron does not tell all are not begun."""
        begun = self._lookup.complete(ports)
        for port in begun:
            self._bound[port.port_id] = port.details
            self._work(port.port_id, partial(self._bind, port, reading, is_news=is_news))
        return {port.port_id for port in begun}

    def _begin_other(self, details: InactiveBinding | UnboundPort, reading: _Reading) -> str:
        port_id = details.port_id
        if isinstance(details, InactiveBinding):
            self._done(port_id, is_up=True)  # Neutron tells Nova, which waits for that before it migrates
        elif port_id in self._bound:
            self._work(port_id, partial(self._release, port_id))
        else:
            self._work(port_id, partial(self._disown, port_id, reading))
        return port_id

    # --- workers ------------------------------------------------------------------------------------------

    def _work(self, port_id: str, work: Callable[[], None]) -> None:
        self._workers.submit(work).add_done_callback(partial(self._check, port_id))

    def _check(self, port_id: str, future: Future[None]) -> None:
        """See whether a worker failed; what is no error of a host is a mistake of ours, and told in full."""
        if future.cancelled():
            return
        error = future.exception()
        if error is not None:
            LOG.warning(
                "Port %s is not as it should be; it is tried again: %s",
                port_id,
                error,
                exc_info=None if isinstance(error, HyperVError) else error,
            )
            self._queue.failed(port_id)
        self._wake()

    def _bind(self, port: WantedPort, reading: _Reading, *, is_news: bool) -> None:
        carried = self._binder.bind(port, None if reading is None else reading())
        LOG.info("Port %s of network %s is as it should be.", port.port_id, port.details.network_id)
        self._trunks.note(port, carried)
        if is_news:
            self._done(port.port_id, is_up=port.details.is_up)
        else:
            self._queue.finished(port.port_id)

    def _release(self, port_id: str) -> None:
        self._binder.release(port_id)
        self.forget(port_id)
        self._queue.finished(port_id)

    def _disown(self, port_id: str, reading: _Reading) -> None:
        if self._binder.disown(port_id, None if reading is None else reading()):
            LOG.info("Port %s is not on this host any more: it is disconnected.", port_id)
        else:
            LOG.info("Adapter %s is no port that Neutron has bound to this host.", port_id)
        self._queue.finished(port_id)

    def _done(self, port_id: str, *, is_up: bool) -> None:
        if not self._queue.finished(port_id):
            return
        if is_up:
            self._news.up(port_id)
        else:
            self._news.down(port_id)
