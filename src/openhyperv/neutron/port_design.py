"""What a port on a Hyper-V switch has to be for a port of Neutron."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen
from neutron_lib import constants

from openhyperv.errors import InvalidInputError
from openhyperv.machine.port import AccessVlan, PortBandwidth, PortRule, PortSecurity, PortSpec, TrunkVlan
from openhyperv.machine.port_offload import PortOffload
from openhyperv.neutron.details import PortDetails
from openhyperv.neutron.local_networks import LocalNetworks
from openhyperv.neutron.mappings import SwitchMappings
from openhyperv.neutron.security_groups.rules import port_rules
from openhyperv.neutron.trunks.carrying import carried
from openhyperv.neutron.trunks.trunk import Subport
from openhyperv.neutron.wanted_port import WantedPort

_NO_BURST = PortBandwidth(burst_bits=0)
"""What a port without a policy has: the burst of an earlier one ends."""
_SHARE = 100
"""The weight of ports with SR-IOV among each other, as networking-hyperv had it; the others have none."""


@frozen
class Design:
    """What a port of a switch, given by name, has to be; ``carried`` are the sub-ports that it carries."""

    spec: PortSpec
    carried: tuple[Subport, ...] = ()


class PortDesign:
    """Designs ports by a host's mappings. Thread-safe."""

    def __init__(self, mappings: SwitchMappings, local_networks: LocalNetworks) -> None:
        self._mappings = mappings
        self._local_networks = local_networks

    def design(self, wanted: WantedPort) -> Design:
        """The port, with what it can carry of its trunk.

        :raises InvalidInputError: the host has no switch for the network, or nobody knows such networks
        :raises ConflictError: a local network cannot be told apart from another one
        """
        details, trunk = wanted.details, wanted.trunk
        switch, vlan = self._network(details)
        subports = () if trunk is None else tuple(carried(details, trunk, self._mappings))
        spec = PortSpec(
            switch=switch,
            vlan=_trunk_vlan(vlan, subports) if subports else vlan,
            security=port_security(details, [each.details for each in subports]),
            rules=_rules(wanted, subports),
            bandwidth=_NO_BURST if wanted.bandwidth is None else wanted.bandwidth,
            offload=PortOffload(iov_weight=_SHARE if details.has_virtual_function else 0),
        )
        return Design(spec, subports)

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


def _trunk_vlan(parent: AccessVlan | None, subports: Sequence[Subport]) -> TrunkVlan:
    """The parent's network is the one without a tag."""
    tags = tuple(sorted({subport.tag for subport in subports}))
    return TrunkVlan(tags, 0 if parent is None else parent.vlan_id)


def _rules(wanted: WantedPort, subports: Sequence[Subport]) -> tuple[PortRule, ...] | None:
    """Those of all ports of a trunk together, each for its own addresses."""
    if wanted.groups is None:
        return None
    if not subports:
        return port_rules(wanted.groups)
    every = [wanted.groups, *(subport.groups for subport in subports if subport.groups is not None)]
    return tuple(dict.fromkeys(rule for groups in every for rule in port_rules(groups, is_shared=True)))


def port_security(details: PortDetails, subports: Iterable[PortDetails] = ()) -> PortSecurity:
    """What the guest may pretend to be: everything without port security, and nothing with it.

    Hyper-V lets a guest use any other MAC address or none, so allowed address pairs that name one take that
    guard away, and so do sub-ports. DHCP servers and routers in guests need a port without port security, as
    with Neutron's other agents.
    """
    is_secured = details.is_secured
    addresses = details.addresses.union(*(each.addresses for each in subports))
    has_other_addresses = addresses != {details.mac_address}
    return PortSecurity(
        allow_mac_spoofing=not is_secured or has_other_addresses,
        dhcp_guard=is_secured,
        router_guard=is_secured,
    )
