"""Neutron as our agent hears it, from memory: every port is in one VLAN and of one security group."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from neutron_lib import constants

from bench.comparison.security_rules import VLAN_ID
from openhyperv.neutron.details import DeviceDetails, PortDetails, read_details
from openhyperv.neutron.security_groups.information import read_groups
from openhyperv.neutron.wanted_port import WantedPort

_BATCH_SIZE = 20
"""As many as the agent asks for at a time."""
_PORT: dict[str, Any] = {
    "network_id": "network",
    "network_type": constants.TYPE_VLAN,
    "physical_network": "physnet",
    "segmentation_id": VLAN_ID,
    "mac_address": "fa:16:3e:00:00:01",
    "admin_state_up": True,
    "port_security_enabled": True,
    "device_owner": "compute:nova",
    "fixed_ips": ["10.0.0.5"],
    "security_groups": ["group"],
}
_RULES = [
    {
        "direction": constants.INGRESS_DIRECTION,
        "ethertype": constants.IPv4,
        "protocol": "tcp",
        "port_range_min": port,
        "port_range_max": port,
    }
    for port in range(8000, 8010)
]


class KnownPorts:
    """Stands for an agent's server and its lookup: the message bus is no part of what is measured."""

    def details(self, port_ids: Sequence[str]) -> Iterator[list[DeviceDetails]]:
        """Ports that are up, in a VLAN, with port security."""
        for start in range(0, len(port_ids), _BATCH_SIZE):
            yield [
                read_details({"device": each, "port_id": each, **_PORT})
                for each in port_ids[start : start + _BATCH_SIZE]
            ]

    def complete(self, ports: Sequence[PortDetails]) -> list[WantedPort]:
        """Ten TCP ports are open to everybody."""
        answer = {
            "devices": {port.port_id: _PORT for port in ports},
            "security_groups": {"group": _RULES},
            "sg_member_ips": {},
        }
        groups = {each.port_id: each for each in read_groups(answer)}
        return [WantedPort(port, groups[port.port_id]) for port in ports]
