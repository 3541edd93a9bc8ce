"""Keeping the ports of one host as Neutron has them: asking, binding in parallel, and telling."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from oslo_log import log as logging

from openhyperv.errors import HyperVError
from openhyperv.neutron.binding import PortBinder
from openhyperv.neutron.details import DeviceDetails, InactiveBinding, PortDetails
from openhyperv.neutron.news import PortNews
from openhyperv.neutron.port_queue import PortQueue
from openhyperv.neutron.server import RPC_ERRORS, NeutronServer

LOG = logging.getLogger(__name__)


class PortKeeper:
    """Works off a queue of ports. One thread speaks to Neutron; the workers speak to the host.

    ``wake`` is called whenever there is something to tell, or to do again.
    """

    def __init__(
        self,
        binder: PortBinder,
        server: NeutronServer,
        queue: PortQueue,
        news: PortNews,
        *,
        worker_count: int,
        wake: Callable[[], None],
    ) -> None:
        self._binder = binder
        self._server = server
        self._queue = queue
        self._news = news
        self._wake = wake
        self._workers = ThreadPoolExecutor(worker_count, thread_name_prefix="port")
        self._bound: set[str] = set()

    def tell(self) -> None:
        """Tell what happened to ports since the last time.

        :raises RPC_ERRORS: nothing of it is forgotten
        """
        news = self._news.take()
        try:
            if news.down:
                self._server.tell(down=news.down)
            refused = self._server.tell(up=news.up) if news.up else ()
        except RPC_ERRORS:
            self._news.put_back(news)
            raise
        for port_id in refused:
            self._queue.want(port_id)

    def look_after(self) -> None:
        """Ask for the ports that are due, and have the workers make them so.

        :raises RPC_ERRORS: those that nothing was heard of are due again later
        """
        waiting = set(self._queue.take())
        try:
            for answers in self._server.details(sorted(waiting)):
                for details in answers:
                    waiting.discard(details.port_id)
                    self._begin(details)
        finally:
            for port_id in waiting:
                self._queue.failed(port_id)

    def close(self) -> None:
        """Wait for the workers; what was not begun is not done."""
        self._workers.shutdown(cancel_futures=True)

    def _begin(self, details: DeviceDetails) -> None:
        port_id = details.port_id
        if isinstance(details, PortDetails):
            self._work(port_id, lambda: self._bind(details))
        elif isinstance(details, InactiveBinding):
            self._done(port_id, is_up=True)  # Neutron tells Nova, which waits for that before it migrates
        elif port_id in self._bound:
            self._work(port_id, lambda: self._release(port_id))
        else:
            LOG.info("Adapter %s is no port that Neutron has bound to this host.", port_id)
            self._queue.finished(port_id)

    def _work(self, port_id: str, work: Callable[[], None]) -> None:
        self._workers.submit(work).add_done_callback(lambda future: self._check(port_id, future))

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

    def _bind(self, details: PortDetails) -> None:
        self._bound.add(details.port_id)
        self._binder.bind(details)
        LOG.info("Port %s is bound: network %s.", details.port_id, details.network_id)
        self._done(details.port_id, is_up=details.is_up)

    def _release(self, port_id: str) -> None:
        self._binder.release(port_id)
        self._bound.discard(port_id)
        self._queue.finished(port_id)

    def _done(self, port_id: str, *, is_up: bool) -> None:
        if not self._queue.finished(port_id):
            return
        if is_up:
            self._news.up(port_id)
        else:
            self._news.down(port_id)
