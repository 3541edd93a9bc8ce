"""The ports of one host, made what Neutron says: the work that the agent's workers do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from attrs import evolve
from oslo_log import log as logging

from openhyperv.errors import HyperVError, JobError, MethodError, NotFoundError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.ports.reading import PortReading
from openhyperv.hyperv.switches.finding import VirtualSwitch
from openhyperv.machine.port import PortSpec
from openhyperv.neutron.local_networks import LocalNetworks
from openhyperv.neutron.mappings import SwitchMappings
from openhyperv.neutron.port_design import PortDesign
from openhyperv.neutron.wanted_port import WantedPort

LOG = logging.getLogger(__name__)


class PortBinder:
    """Binds ports on one host; the adapter of a port is the one whose display name is the port's id.

    Thread-safe. :meth:`use_switches` comes first.
    """

    def __init__(self, host: Host, mappings: SwitchMappings, *, is_metered: bool = False) -> None:
        self._host = host
        self._is_metered = is_metered
        self._mappings = mappings
        self._local_networks = LocalNetworks()
        self._design = PortDesign(mappings, self._local_networks)
        self._guids: Mapping[str, str] = {}
        self._bound: dict[str, PortSpec | None] = {}
        self._metered: set[str] = set()

    def use_switches(self, switches: Iterable[VirtualSwitch]) -> None:
        """These are the switches of the host, so that no port has to look for its own.

        :raises NotFoundError: one that is mapped is not among them
        """
        guids = {switch.name: switch.guid for switch in switches}
        for name in sorted(self._mappings.switches - guids.keys()):
            raise NotFoundError(
                "There is no such virtual switch, but a network is mapped to it.",
                host=self._host.session.host,
                target=name,
            )
        self._guids = guids

    def read_ports(self) -> PortReading:
        """How all ports of the host are now, in one query."""
        return self._host.ports()

    def bind(self, wanted: WantedPort, reading: PortReading | None = None) -> frozenset[str]:
        """Connect the port as Neutron has it, or disconnect it where that says that it is down.

        With a ``reading`` of a moment ago the port is not looked at by itself. Returns which sub-ports of its
        trunk it carries now.

        :raises InvalidInputError, ConflictError: the port cannot be on this host
        :raises NotFoundError: there is no such adapter
        :raises HyperVError: it did not work; the port is not open wider than before
        """
        port_id = wanted.port_id
        if not wanted.details.is_up:
            self._host.unbind_port(port_id)
            self._metered.discard(port_id)
            self._bound[port_id] = None
            return frozenset()
        design = self._design.design(wanted)
        spec = evolve(design.spec, switch=self._guids[design.spec.switch])
        try:
            self._host.bind_port(port_id, spec, reading)
        except (NotFoundError, MethodError, JobError):
            # one may have been made anew under its name: the next try knows it
            self.use_switches(self._host.switches.list())
            raise
        self._bound[port_id] = spec
        if self._is_metered and port_id not in self._metered:
            self._meter(port_id, reading)
        return frozenset(subport.details.port_id for subport in design.carried)

    def _meter(self, port_id: str, reading: PortReading | None) -> None:
        """A port that works is not torn down because its traffic is not counted."""
        try:
            self._host.meter_port(port_id, reading)
        except HyperVError as error:
            LOG.warning("The traffic of port %s is not counted yet: %s", port_id, error)
        else:
            self._metered.add(port_id)

    def drifted(self, reading: PortReading) -> list[str]:
        """The ports that are not any more what they were made by :meth:`bind`."""
        found = [port_id for port_id, spec in dict(self._bound).items() if not reading.shows(port_id, spec)]
        self._metered.difference_update(found)  # who unplugs a port throws its counters away
        return found

    def release(self, port_id: str) -> None:
        """Disconnect a port that Neutron has no more; nothing happens if its adapter is gone."""
        self.forget(port_id)
        with suppress(NotFoundError):
            self._host.unbind_port(port_id)

    def disown(self, port_id: str, reading: PortReading | None = None) -> bool:
        """Disconnect a port that Neutron does not have here, if an agent has connected it; True if so.

        That is one with a cable of its own name on a mapped switch: adapters of others are left alone,
        whatever they are called.
        """
        reading = reading or self.read_ports()
        found = reading.find(port_id)
        mapped = {self._guids[name] for name in self._mappings.switches}
        if found is None or found[0].switch_guid not in mapped or reading.cable_name(port_id) != port_id:
            return False
        self.release(port_id)
        return True

    def forget(self, port_id: str) -> None:
        """The adapter of a port is gone."""
        self._bound.pop(port_id, None)
        self._metered.discard(port_id)

    def forget_network(self, network_id: str) -> None:
        """The network is deleted."""
        self._local_networks.forget(network_id)
