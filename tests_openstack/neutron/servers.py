"""Machines as Nova makes them, for agents to bind the ports of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

from attrs import field, frozen
from tests.hyperv.specs import machine_spec

from openhyperv.errors import NotFoundError
from openhyperv.hyperv.adapters.machine_adapter import MachineAdapter
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.network_adapter import NetworkAdapter


@frozen
class Server:
    """A machine with an adapter for each port, connected to nothing until an agent does it."""

    machine: VirtualMachine

    def port(self, port_id: str) -> NetworkAdapter:
        """An adapter as it is now, with its port."""
        return self._adapter(port_id).specification

    def is_connected(self, port_id: str) -> bool:
        return self.port(port_id).switch is not None

    def _adapter(self, port_id: str) -> MachineAdapter:
        return next(each for each in self.machine.adapters.list() if each.name == port_id)


@frozen
class Servers:
    """Makes servers on a host."""

    host: Host
    made: list[Server] = field(factory=list)

    def boot(self, *port_ids: str) -> Server:
        adapters = tuple(NetworkAdapter(port_id) for port_id in port_ids)
        machine = self.host.create(machine_spec(f"server-{uuid4()}", network_adapters=adapters))
        self.made.append(Server(machine))
        return self.made[-1]


@contextmanager
def servers_on(host: Host) -> Iterator[Servers]:
    """Servers that are deleted in the end, if nobody has."""
    servers = Servers(host)
    try:
        yield servers
    finally:
        for server in servers.made:
            with suppress(NotFoundError):
                server.machine.delete()
