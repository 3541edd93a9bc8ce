"""Neutron's own server in this process, with a network, and an agent for one host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen
from neutron_lib import rpc as neutron_rpc
from oslo_config import cfg
from tests.faults.leftovers import wait_until

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.neutron import options
from openhyperv.neutron.agent import Agent
from tests_openstack.neutron.configuration import agent_ini, configure
from tests_openstack.neutron.neutron_server import NeutronServer, server_ini

PATIENCE_S = 60.0


@frozen
class Cloud:
    """Neutron with a network, and an agent for the host hv1."""

    neutron: NeutronServer
    network: dict[str, Any]

    def port(self, **values: Any) -> dict[str, Any]:
        return self.neutron.port(self.network, "hv1", **values)

    def becomes(self, port_id: str, status: str) -> bool:
        return wait_until(lambda: self.neutron.status(port_id) == status, PATIENCE_S)


@contextmanager
def real_cloud(emulated: EmulatedHost, folder: Path, more_ini: str = "") -> Iterator[Cloud]:
    """A cloud as long as the block lasts; there may be one in a process at a time."""
    configure(folder / "neutron.conf", agent_ini({"hv1": emulated}) + server_ini(folder) + more_ini)
    neutron = NeutronServer()
    neutron.start()
    agent = Agent(options.served_hosts(cfg.CONF))
    agent.start()
    assert wait_until(lambda: neutron.is_alive("hv1"), PATIENCE_S)
    yield Cloud(neutron, neutron.network())
    agent.stop()
    neutron.stop()
    neutron_rpc.cleanup()
