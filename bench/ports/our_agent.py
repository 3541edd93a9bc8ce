"""Our agent's work on ports, in a process of its own: ``python -m bench.ports.our_agent``."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from threading import Event

from attrs import define, field

from bench.comparison.stage import Stage
from bench.ports.known_ports import KnownPorts
from bench.ports.orders import Order, take_orders
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.switches.finding import VirtualSwitch
from openhyperv.neutron.binding import PortBinder
from openhyperv.neutron.mappings import parse_mappings
from openhyperv.neutron.news import PortNews
from openhyperv.neutron.port_keeper import PortKeeper
from openhyperv.neutron.port_queue import PortQueue
from openhyperv.neutron.trunks.reporting import TrunkReports
from openhyperv.transport.target import Target

_CONNECTIONS = 20
_TIMEOUT_S = 1800.0


@define
class Announcements:
    """What the agent would tell Neutron, until all of it is there."""

    awaited: int
    news: PortNews = field(factory=PortNews)
    _are_complete: Event = field(factory=Event)
    _up: int = 0

    def hear(self) -> None:
        """The keeper has something to tell; ports that failed are not among it."""
        self._up += len(self.news.take().up)
        if self._up == self.awaited:
            self._are_complete.set()

    def wait(self) -> None:
        """Wait for every port."""
        if not self._are_complete.wait(_TIMEOUT_S):
            raise SystemExit(f"Of {self.awaited} ports {self._up} were bound.")


def main() -> None:
    """Serve the host of the environment."""
    logging.basicConfig(level=logging.WARNING)
    with Host.connect(Target.from_environment(), connections=_CONNECTIONS) as host:
        take_orders(partial(obey, host, host.switches.list()))


def obey(host: Host, switches: Sequence[VirtualSwitch], order: Order) -> None:
    """Have ports looked after as the agent's own thread does."""
    announcements, queue = Announcements(len(order.ports)), PortQueue()
    mappings = parse_mappings([f"physnet:{Stage.switch_name}"])
    binder, neutron = PortBinder(host, mappings), KnownPorts()
    binder.use_switches(switches)
    keeper = PortKeeper(
        binder,
        neutron,  # type: ignore[arg-type]  # it answers from memory what Neutron's server does over the bus
        neutron,  # type: ignore[arg-type]
        queue,
        announcements.news,
        TrunkReports(mappings, announcements.news),
        worker_count=order.workers,
        wake=announcements.hear,
    )
    if order.one_by_one:
        for port in order.ports:
            queue.add(port)
            keeper.look_after()
    else:
        keeper.see(host.ports())  # as an agent does when it begins to serve a host
        queue.add(*order.ports)
        keeper.look_after()
    announcements.wait()
    keeper.close()


if __name__ == "__main__":
    main()
