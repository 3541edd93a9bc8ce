"""The ports of one host, made what Neutron says: the work that the agent's workers do."""

from __future__ import annotations

from attrs import evolve

from openhyperv.errors import JobError, MethodError, NotFoundError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.ports.reading import PortReading
from openhyperv.machine.port import PortRule
from openhyperv.neutron.details import PortDetails
from openhyperv.neutron.local_networks import LocalNetworks
from openhyperv.neutron.mappings import SwitchMappings
from openhyperv.neutron.port_design import PortDesign


class PortBinder:
    """Binds ports on one host; the adapter of a port is the one whose display name is the port's id.

    Thread-safe, but for :meth:`find_switches`, which comes first and is done by one thread.
    """

    def __init__(self, host: Host, mappings: SwitchMappings) -> None:
        self._host = host
        self._mappings = mappings
        self._local_networks = LocalNetworks()
        self._design = PortDesign(mappings, self._local_networks)
        self._guids: dict[str, str] = {}

    def find_switches(self) -> None:
        """Look the mapped switches up, in one query, so that no port has to.

        :raises NotFoundError: the host does not have one of them
        """
        guids = {switch.name: switch.guid for switch in self._host.switches.list()}
        for name in sorted(self._mappings.switches - guids.keys()):
            raise NotFoundError(
                "There is no such virtual switch, but a network is mapped to it.",
                host=self._host.session.host,
                target=name,
            )
        self._guids = guids

    def read_ports(self) -> PortReading:
        """How all ports of the host are now, in two queries."""
        return self._host.ports()

    def bind(
        self,
        details: PortDetails,
        rules: tuple[PortRule, ...] | None = None,
        reading: PortReading | None = None,
    ) -> None:
        """Connect the port as Neutron has it, or disconnect it where that says that it is down.

        With a ``reading`` of a moment ago the port is not looked at by itself.

        :raises InvalidInputError, ConflictError: the port cannot be on this host
        :raises NotFoundError: there is no such adapter
        :raises HyperVError: it did not work; the port is not open wider than before
        """
        if not details.is_up:
            self._host.unbind_port(details.port_id)
            return
        spec = self._design.design(details, rules)
        try:
            self._host.bind_port(details.port_id, evolve(spec, switch=self._guids[spec.switch]), reading)
        except (NotFoundError, MethodError, JobError):
            self.find_switches()  # one may have been made anew under its name: the next try knows it
            raise

    def release(self, port_id: str) -> None:
        """Disconnect a port that Neutron has no more; nothing happens if its adapter is gone."""
        try:
            self._host.unbind_port(port_id)
        except NotFoundError:
            return

    def forget_network(self, network_id: str) -> None:
        """The network is deleted."""
        self._local_networks.forget(network_id)
