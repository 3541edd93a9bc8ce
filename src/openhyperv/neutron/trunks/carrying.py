"""Which sub-ports of a trunk a port on a Hyper-V switch can carry. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from neutron_lib import constants

from openhyperv.errors import InvalidInputError
from openhyperv.neutron.details import PortDetails
from openhyperv.neutron.mappings import SwitchMappings
from openhyperv.neutron.trunks.trunk import Subport, Trunk


def carried(parent: PortDetails, trunk: Trunk, mappings: SwitchMappings) -> Iterator[Subport]:
    """The sub-ports that are up and that nothing is in the way of."""
    for subport in trunk.subports:
        if subport.details.is_up and obstacle(parent, subport, mappings) is None:
            yield subport


def obstacle(parent: PortDetails, subport: Subport, mappings: SwitchMappings) -> str | None:
    """Why a trunk cannot carry a sub-port; None where it can.

    Hyper-V lets tags through as they are, and connects a port to one switch; its rules are about addresses,
    not about VLANs.
    """
    details = subport.details
    if details.network_type != constants.TYPE_VLAN:
        return f"its network is of type {details.network_type}, and not a VLAN"
    if details.segmentation_id != subport.tag:
        return f"its network is VLAN {details.segmentation_id}, but its tag is {subport.tag}"
    if _switch(details, mappings) != _switch(parent, mappings):
        return "its network is not on the switch of its parent"
    if details.is_secured != parent.is_secured:
        return "it and its parent are not alike in port security"
    return None


def _switch(details: PortDetails, mappings: SwitchMappings) -> str | None:
    if details.network_type == constants.TYPE_LOCAL:
        return mappings.local_switch
    try:
        return mappings.switch_of(details.physical_network)
    except InvalidInputError:
        return None
