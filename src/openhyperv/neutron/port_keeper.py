"""Keeping the ports of one host as Neutron has them: asking, binding in parallel, and telling."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from time import monotonic

from attrs import frozen
from oslo_log import log as logging

from openhyperv.errors import HyperVError
from openhyperv.hyperv.ports.reading import PortReading
from openhyperv.machine.port import PortRule
from openhyperv.neutron.binding import PortBinder
from openhyperv.neutron.details import InactiveBinding, PortDetails, UnboundPort
from openhyperv.neutron.news import PortNews
from openhyperv.neutron.port_queue import Need, PortQueue
from openhyperv.neutron.security_groups.filters import Filters
from openhyperv.neutron.server import RPC_ERRORS, NeutronServer

LOG = logging.getLogger(__name__)

_MANY = 10
"""So many ports at once are worth a look at all of the host's."""
_LOOKS = 4
"""Unless the host has this many times as many."""
_FRESH_S = 30.0
"""How long what was seen of a host may be taken to be so."""


@frozen
class _Seen:
    reading: PortReading
    at_s: float

    def get(self) -> PortReading:
        return self.reading


class PortKeeper:
    """Works off a queue of ports. One thread speaks to Neutron; the workers speak to the host.

    ``wake`` is called whenever there is something to tell, or to do again.
    """

    def __init__(
        self,
        binder: PortBinder,
        server: NeutronServer,
        filters: Filters,
        queue: PortQueue,
        news: PortNews,
        *,
        worker_count: int,
        wake: Callable[[], None],
    ) -> None:
        self._binder = binder
        self._server = server
        self._filters = filters
        self._queue = queue
        self._news = news
        self._wake = wake
        self._workers = ThreadPoolExecutor(worker_count, thread_name_prefix="port")
        self._bound: dict[str, PortDetails] = {}
        self._seen: deque[_Seen] = deque(maxlen=1)
        self._reading: Callable[[], PortReading] | None = None

    def tell(self) -> None:
        """Tell what happened to ports since the last time.

        :raises RPC_ERRORS: nothing of it is forgotten
        """
        news = self._news.take()
        refused: Collection[str] = ()
        try:
            if news.down:
                self._server.tell(down=news.down)
            if news.up:
                refused = self._server.tell(up=news.up)
        except RPC_ERRORS:
            self._news.put_back(news)
            raise
        for port_id in refused:
            self._queue.want(port_id)

    def look_after(self) -> None:
        """Ask for the ports that are due, and have the workers make them so.

        :raises RPC_ERRORS: those that nothing was heard of are due again later
        """
        taken = self._queue.take()
        self._look(len(taken))
        unheard = set(taken)
        refiltered = [
            self._bound[port_id]
            for port_id, need in taken.items()
            if need is Need.RULES and port_id in self._bound
        ]
        try:
            unheard -= self._begin_ports(refiltered, is_news=False)
            asked = unheard - {port.port_id for port in refiltered}
            for answers in self._server.details(sorted(asked)):
                ports = [each for each in answers if isinstance(each, PortDetails)]
                unheard -= self._begin_ports(ports, is_news=True)
                unheard -= {self._begin_other(each) for each in answers if not isinstance(each, PortDetails)}
        finally:
            for port_id in unheard:
                self._queue.failed(port_id)

    def see(self, reading: PortReading) -> None:
        """All ports are seen: those that are as nobody made them are put right, from whatever thread.

        The ports that are looked after next are taken to be as they are seen here.
        """
        for port_id in self._binder.drifted(reading):
            LOG.warning("Port %s was changed on the host; it is made again what it should be.", port_id)
            self._queue.want(port_id, Need.RULES)
        self._seen.append(_Seen(reading, monotonic()))

    def _look(self, count: int) -> None:
        """Ports are as they were just seen; or else, if many are due, a worker looks at all of them first."""
        self._reading = None
        if count and self._seen:
            seen = self._seen.pop()
            if monotonic() - seen.at_s < _FRESH_S:
                self._reading = seen.get
        elif count >= _MANY and count * _LOOKS > len(self._queue):
            self._reading = self._workers.submit(self._binder.read_ports).result

    def forget(self, port_id: str) -> None:
        """The adapter of a port is gone."""
        self._bound.pop(port_id, None)
        self._binder.forget(port_id)
        self._filters.forget(port_id)

    def close(self) -> None:
        """Wait for the workers; what was not begun is not done."""
        self._workers.shutdown(cancel_futures=True)

    def _begin_ports(self, ports: Sequence[PortDetails], *, is_news: bool) -> set[str]:
        """Begin to bind ports; those whose groups Neutron does not tell are not begun."""
        rules = self._filters.rules_of(ports)
        for port in ports:
            if port.port_id in rules:
                self._bound[port.port_id] = port
                self._work(
                    port.port_id,
                    partial(self._bind, port, rules[port.port_id], self._reading, is_news=is_news),
                )
        return set(rules)

    def _begin_other(self, details: InactiveBinding | UnboundPort) -> str:
        port_id = details.port_id
        if isinstance(details, InactiveBinding):
            self._done(port_id, is_up=True)  # Neutron tells Nova, which waits for that before it migrates
        elif port_id in self._bound:
            self._work(port_id, partial(self._release, port_id))
        else:
            self._work(port_id, partial(self._disown, port_id, self._reading))
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

    def _bind(
        self,
        port: PortDetails,
        rules: tuple[PortRule, ...] | None,
        reading: Callable[[], PortReading] | None,
        *,
        is_news: bool,
    ) -> None:
        self._binder.bind(port, rules, None if reading is None else reading())
        LOG.info("Port %s of network %s is as it should be.", port.port_id, port.network_id)
        if is_news:
            self._done(port.port_id, is_up=port.is_up)
        else:
            self._queue.finished(port.port_id)

    def _release(self, port_id: str) -> None:
        self._binder.release(port_id)
        self.forget(port_id)
        self._queue.finished(port_id)

    def _disown(self, port_id: str, reading: Callable[[], PortReading] | None) -> None:
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
