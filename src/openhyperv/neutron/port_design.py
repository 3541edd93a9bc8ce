"""What a port on a Hyper-V switch has to be for a port of Neutron."""

from __future__ import annotations

from neutron_lib import constants

from openhyperv.errors import InvalidInputError
from openhyperv.machine.port import AccessVlan, PortRule, PortSecurity, PortSpec
from openhyperv.neutron.details import PortDetails
from openhyperv.neutron.local_networks import LocalNetworks
from openhyperv.neutron.mappings import SwitchMappings


class PortDesign:
    """Designs ports by a host's mappings. Thread-safe."""

    def __init__(self, mappings: SwitchMappings, local_networks: LocalNetworks) -> None:
        self._mappings = mappings
        self._local_networks = local_networks

    def design(self, details: PortDetails, rules: tuple[PortRule, ...] | None = None) -> PortSpec:
        """The port; its switch is given by name.

        :raises InvalidInputError: the host has no switch for the network, or nobody knows such networks
        :raises ConflictError: a local network cannot be told apart from another one
        """
        switch, vlan = self._network(details)
        return PortSpec(switch=switch, vlan=vlan, security=port_security(details), rules=rules)

    def _network(self, details: PortDetails) -> tuple[str, AccessVlan | None]:
        match details.network_type:
            case constants.TYPE_FLAT:
                return self._mappings.switch_of(details.physical_network), None
            case constants.TYPE_VLAN if details.segmentation_id is not None:
                return self._mappings.switch_of(details.physical_network), AccessVlan(details.segmentation_id)
            case constants.TYPE_LOCAL if self._mappings.local_switch is not None:
                return self._mappings.local_switch, AccessVlan(
                    self._local_networks.vlan_of(details.network_id)
                )
        raise InvalidInputError(
            f"This host connects no ports to networks of type {details.network_type}.", target=details.port_id
        )


def port_security(details: PortDetails) -> PortSecurity:
    """What the guest may pretend to be: everything without port security, and nothing with it.

    Hyper-V lets a guest use any other MAC address or none, so allowed address pairs that name one take that
    guard away. DHCP servers and routers in guests need a port without port security, as with Neutron's
    other agents.
    """
    is_secured = details.is_secured
    has_other_addresses = details.addresses != {details.mac_address}
    return PortSecurity(
        allow_mac_spoofing=not is_secured or has_other_addresses,
        dhcp_guard=is_secured,
        router_guard=is_secured,
    )
