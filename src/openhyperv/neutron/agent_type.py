"""What the mechanism driver and the agent have to agree on: names in Neutron's database."""

from __future__ import annotations

from enum import StrEnum

from neutron_lib import constants
from neutron_lib.api.definitions import portbindings

AGENT_TYPE = "HyperV agent"
"""As networking-hyperv had it: a host that moves to this agent stays the same agent to Neutron."""

VIF_TYPE = "hyperv"
"""As nova.network.model.VIF_TYPE_HYPERV."""

VNIC_TYPES = (portbindings.VNIC_NORMAL, portbindings.VNIC_DIRECT)
"""A port of type direct gets a virtual function of the card behind its switch (SR-IOV)."""

NETWORK_TYPES = (constants.TYPE_LOCAL, constants.TYPE_FLAT, constants.TYPE_VLAN)


class Configuration(StrEnum):
    """Keys of what an agent reports about itself."""

    MAPPINGS = "vswitch_mappings"
    NETWORK_TYPES = "network_types"
    PORT_FILTER = "port_filter"
    DEVICES = "devices"
    PROMISING_SWITCHES = "promising_switches"
    """Switches whose bandwidth is known to placement, by their physical network."""
