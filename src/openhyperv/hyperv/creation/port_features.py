"""What a network adapter's port on its switch is from the first moment, as its features. Pure."""

from __future__ import annotations

from openhyperv.hyperv.ports.features import bandwidth_settings, security_settings, vlan_settings
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.port import AccessVlan, PortSecurity
from openhyperv.wire.instance import Instance


def port_features(adapter: NetworkAdapter) -> list[Instance]:
    """The features that differ from Hyper-V's defaults; none for most adapters."""
    features = []
    if adapter.vlan_id is not None:
        features.append(vlan_settings(AccessVlan(adapter.vlan_id)))
    security = PortSecurity(
        allow_mac_spoofing=adapter.mac_spoofing,
        dhcp_guard=adapter.dhcp_guard,
        router_guard=adapter.router_guard,
    )
    if security != PortSecurity(allow_mac_spoofing=False, dhcp_guard=False, router_guard=False):
        features.append(security_settings(security))
    if adapter.bandwidth is not None:
        features.append(bandwidth_settings(adapter.bandwidth))
    return features
