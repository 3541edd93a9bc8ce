"""Every worker of an agent is at work: ports are bound at the same time, as many as there are workers."""

from __future__ import annotations

from threading import Barrier

import pytest
from oslo_config import cfg
from tests.witness import Witness

from openhyperv.emulator.rules.actions import Action
from openhyperv.emulator.rules.matching import Operation
from openhyperv.neutron import options
from openhyperv.neutron.agent import Agent
from tests_openstack.neutron.message_bus import PATIENCE_S, MessageBus
from tests_openstack.neutron.servers import Servers

WORKERS = 12


class Meeting(Witness):
    """Lets features of ports be added only once so many requests for it have come."""

    def __init__(self) -> None:
        super().__init__()
        self._barrier = Barrier(WORKERS)

    def match(self, operation: Operation) -> Action | None:
        if operation.method == "AddFeatureSettings":
            self._barrier.wait(PATIENCE_S)
        return super().match(operation)


@pytest.fixture(scope="module")
def witness() -> Witness:
    return Meeting()


def test_each_of_twelve_workers_has_a_connection_to_the_host(bus: MessageBus, servers: Servers) -> None:
    port_ids = [bus.ports.add() for _ in range(WORKERS)]
    for start in range(0, WORKERS, 6):
        servers.boot(*port_ids[start : start + 6])
    agent = Agent(options.served_hosts(cfg.CONF))
    agent.start()
    bus.ports.wait_until_told(*(("up", port_id) for port_id in port_ids))
    agent.stop()
