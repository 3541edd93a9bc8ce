"""The agent of one Hyper-V host: its ports are as Neutron has them, and Neutron knows the host."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from threading import Event, Thread

from oslo_log import log as logging

from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import is_guid
from openhyperv.hyperv.ports.inventory import AdapterChange, AdapterHappening
from openhyperv.hyperv.ports.reading import PortReading
from openhyperv.neutron.binding import PortBinder
from openhyperv.neutron.heartbeat import Heartbeat
from openhyperv.neutron.host_watch import HostWatch
from openhyperv.neutron.news import PortNews
from openhyperv.neutron.options import ServedHost
from openhyperv.neutron.port_keeper import PortKeeper
from openhyperv.neutron.port_lookup import PortLookup
from openhyperv.neutron.port_queue import Need, PortQueue
from openhyperv.neutron.server import RPC_ERRORS, NeutronServer
from openhyperv.neutron.telling import Teller
from openhyperv.neutron.trunks.reporting import TrunkReports
from openhyperv.neutron.trunks.server import TrunkServer

LOG = logging.getLogger(__name__)

_RPC_PAUSE_S = 2.0
_CONNECTIONS_BESIDES = 3
"""Those of the watch: for its events, and for its two queries at a time."""


class HostAgent:
    """Serves one host, with threads of its own: nothing that this host does delays another one.

    One thread hears of adapters, one speaks to Neutron, and workers bind ports, several at a time.
    """

    def __init__(self, served: ServedHost) -> None:
        server, trunk_server = NeutronServer(served.name), TrunkServer()
        self._host = Host.connect(served.target, connections=served.worker_count + _CONNECTIONS_BESIDES)
        self._binder = PortBinder(self._host, served.mappings, is_metered=served.is_metered)
        self._queue, self._news = PortQueue(), PortNews()
        self._wake, self._stopped = Event(), Event()
        self._lookup = PortLookup(server, trunk_server, is_filtered=served.has_port_filter)
        self._teller = Teller(server, trunk_server, self._news)
        self._keeper = PortKeeper(
            self._binder,
            server,
            self._lookup,
            self._queue,
            self._news,
            TrunkReports(served.mappings, self._news),
            worker_count=served.worker_count,
            wake=self._wake.set,
        )
        self._heartbeat = Heartbeat(server, served)
        self._watch = HostWatch(
            served.name,
            self._host,
            see=self._see,
            hear=self._hear,
            pace=served.pace,
        )
        self._thread = Thread(target=self._run, name=f"agent of {served.name}", daemon=True)

    def start(self) -> None:
        """Begin to serve the host."""
        self._watch.start()
        self._thread.start()

    def stop(self) -> None:
        """Stop, and end all connections; ports stay as they are."""
        self._stopped.set()
        self._wake.set()
        self._watch.stop()
        self._thread.join()
        self._keeper.close()
        self._host.close()

    def port_changed(self, port_id: str) -> None:
        """Neutron has changed or deleted a port, which may be on this host, or in a trunk that is."""
        if self._queue.want(port_id):
            self._wake.set()
        self.changed([port_id])

    def changed(self, ids: Collection[str]) -> None:
        """Neutron has changed security groups, or who is in them, or policies, or trunks."""
        for port_id in self._lookup.change(ids):
            self._queue.want(port_id, Need.RULES)
            self._wake.set()

    def network_changed(self, network_id: str) -> None:
        """Neutron has changed what all ports of a network have of it."""
        for port_id in self._lookup.change([network_id]):
            self._queue.want(port_id)
            self._wake.set()

    def network_deleted(self, network_id: str) -> None:
        """Neutron has deleted a network."""
        self._binder.forget_network(network_id)

    def _see(self, reading: PortReading) -> None:
        self._binder.use_switches(reading.switches)
        self._keeper.see(reading)
        self._wake.set()

    def _hear(self, changes: Sequence[AdapterChange]) -> None:
        """Adapters of other names are somebody's own: Nova names one by its port, which is a GUID."""
        ports = [change for change in changes if is_guid(change.name)]
        for change in ports:
            self._note(change)
        self._queue.add(*(change.name for change in ports if change.happening is not AdapterHappening.GONE))
        self._wake.set()

    def _note(self, change: AdapterChange) -> None:
        if change.happening is AdapterHappening.GONE:
            self._queue.remove(change.name)
            self._keeper.forget(change.name)
        if change.happening is not AdapterHappening.APPEARED:
            self._news.down(change.name)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._turn()
            except RPC_ERRORS as error:
                LOG.warning("Neutron's server does not answer; it is tried again: %s", error)
                self._stopped.wait(_RPC_PAUSE_S)
            else:
                self._wake.wait(self._pause_s())
                self._wake.clear()

    def _turn(self) -> None:
        for port_id in self._teller.tell():
            self._queue.want(port_id)
        if not self._watch.is_serving:
            return
        if self._heartbeat.beat(len(self._queue)):
            self._queue.want_all()
        self._keeper.look_after()

    def _pause_s(self) -> float | None:
        """How long there is nothing to do; while the host is away, until it is back."""
        if not self._watch.is_serving:
            return None
        due_s = self._queue.pause_s
        return self._heartbeat.pause_s if due_s is None else min(due_s, self._heartbeat.pause_s)
