"""An instance's ports as network adapters of its machine; connecting them is the Neutron agent's work."""

from __future__ import annotations

from nova import exception
from nova.network import model
from nova.network.model import VIF, NetworkInfo

from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.nova.open_vswitch.ports import OvsPorts

_PLUGGABLE = frozenset({model.VIF_TYPE_HYPERV, model.VIF_TYPE_OVS})


def network_adapters_of(network_info: NetworkInfo | None, ovs: OvsPorts) -> tuple[NetworkAdapter, ...]:
    """One adapter for each port, which bears the port's identifier as its name.

    :raises VirtualInterfacePlugException: a port is bound to something that is not on this host
    """
    return tuple(network_adapter_of(vif, ovs) for vif in network_info or [])


def network_adapter_of(vif: VIF, ovs: OvsPorts) -> NetworkAdapter:
    """The adapter of one port.

    It is not connected to a switch: the agent does that once the port's VLAN and rules are there, and Neutron
    then tells Nova. Only one of Open vSwitch is: what it may do is said there.

    :raises VirtualInterfacePlugException: the port is bound to something that is not on this host
    """
    if vif["type"] not in _PLUGGABLE:
        raise exception.VirtualInterfacePlugException(
            f"Port {vif['id']} is bound as {vif['type']!r}, which a Hyper-V host cannot plug."
        )
    mac_address = vif["address"].replace(":", "").upper()
    # UNVERIFIED: the extension of Open vSwitch forwards nothing of a port that its database does not have
    return NetworkAdapter(name=vif["id"], mac_address=mac_address, switch=ovs.switch_of(vif))
