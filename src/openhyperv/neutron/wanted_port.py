"""A port with everything that Neutron says of it."""

from __future__ import annotations

from attrs import frozen

from openhyperv.machine.port import PortBandwidth
from openhyperv.neutron.details import PortDetails
from openhyperv.neutron.security_groups.information import PortGroups
from openhyperv.neutron.trunks.trunk import Trunk


@frozen
class WantedPort:
    """What a port on this host is to be; without ``groups`` it is not filtered."""

    details: PortDetails
    groups: PortGroups | None = None
    bandwidth: PortBandwidth | None = None
    trunk: Trunk | None = None

    @property
    def port_id(self) -> str:
        """The port's id, which is its adapter's name."""
        return self.details.port_id
