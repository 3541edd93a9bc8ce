"""Telling Neutron's server, again and again, that a host is served."""

from __future__ import annotations

from time import monotonic

from openhyperv.neutron.agent_type import Configuration
from openhyperv.neutron.options import ServedHost
from openhyperv.neutron.server import NeutronServer


class Heartbeat:
    """What an agent is known by. For one thread.

    It beats only while the host is served: Neutron then binds no ports on a host that nobody reaches.
    """

    def __init__(self, server: NeutronServer, served: ServedHost) -> None:
        self._server = server
        self._served = served
        self._due_s = monotonic()

    @property
    def pause_s(self) -> float:
        """Seconds until it is to beat again."""
        return max(0.0, self._due_s - monotonic())

    def beat(self, port_count: int) -> bool:
        """Report if it is time to; True where the server had given the agent up in the meantime.

        :raises RPC_ERRORS: the server was not told; it is due again at once
        """
        if self.pause_s:
            return False
        found = self._served.mappings
        configurations = {
            Configuration.MAPPINGS.value: {each.expression: each.switch for each in found.mappings},
            Configuration.NETWORK_TYPES.value: list(found.network_types),
            Configuration.PORT_FILTER.value: self._served.has_port_filter,
            Configuration.DEVICES.value: port_count,
            **self._served.promised.configurations(self._served.name),
        }
        revived = self._server.report(configurations)
        self._due_s = monotonic() + self._served.report_interval_s
        return revived
