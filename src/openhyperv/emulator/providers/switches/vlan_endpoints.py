"""Msvm_VLANEndpoint: how each port of a switch tags its frames, as its VLAN settings have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from openhyperv.emulator.cimom.provider import instances_of, links, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.switches.connections import SwitchConnection, connections, connections_near
from openhyperv.emulator.host.switches.feature_rules import VlanMode
from openhyperv.emulator.host.switches.switch import Switches
from openhyperv.emulator.providers.elements import HEALTHY
from openhyperv.emulator.providers.links import link, touching
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_VLAN_ENDPOINT = "Msvm_VLANEndpoint"
_BINDS = "Msvm_BindsToLANEndpoint"
_OTHER, _ACCESS, _TRUNK = 1, 2, 5
_MODES: Mapping[Value, int] = {
    VlanMode.ACCESS: _ACCESS,
    VlanMode.TRUNK: _TRUNK,
    VlanMode.PRIVATE: _OTHER,  # UNVERIFIED: the mode that a private VLAN shows
}
"""CIM_VLANEndpoint.OperationalEndpointMode."""
_NOT_APPLICABLE, _TAGGED = 2, 3
"""CIM_VLANEndpoint.OperationalVLANTrunkEncapsulation."""


class VlanEndpointProvider:
    """One for each port of each switch, bound to the port's LAN endpoint."""

    def __init__(self, host: Host, switches: Switches) -> None:
        self._host = host
        self._switches = switches

    @instances_of(_VLAN_ENDPOINT)
    def all(self) -> Iterator[Instance]:
        """Of every port."""
        return map(_endpoint, connections(self._host, self._switches))

    @lookup(_VLAN_ENDPOINT)
    def one(self, path: ObjectPath) -> Instance | None:
        """Of one port."""
        near = connections_near(self._host, self._switches, path)
        return next((_endpoint(c) for c in near if _path(c) == path), None)

    @links(_BINDS)
    def bindings(self, end: ObjectPath) -> Iterator[Instance]:
        """From each port's LAN endpoint to its VLAN endpoint."""
        near = connections_near(self._host, self._switches, end)
        ends = ({"Antecedent": c.port_endpoint, "Dependent": _path(c)} for c in near)
        return touching(end, (link(_BINDS, both) for both in ends))


def _path(connection: SwitchConnection) -> ObjectPath:
    return ObjectPath(_VLAN_ENDPOINT, {**connection.port_endpoint.keys, "CreationClassName": _VLAN_ENDPOINT})


def _endpoint(connection: SwitchConnection) -> Instance:
    path = _path(connection)
    mode = _MODES.get(connection.vlan.get("OperationMode"), _ACCESS)
    encapsulation = _TAGGED if mode == _TRUNK else _NOT_APPLICABLE
    values: dict[str, Value] = {
        **HEALTHY,
        **path.keys,
        "Caption": "VLAN Endpoint",
        "Description": "Microsoft VLAN Endpoint",
        "ElementName": connection.name,
        "EnabledDefault": 2,
        "EnabledState": 5,
        "RequestedState": 12,
        "ProtocolIFType": 1,
        "OtherTypeDescription": "Virtual Ethernet",
        "DesiredEndpointMode": mode,
        "OperationalEndpointMode": mode,
        "DesiredVLANTrunkEncapsulation": encapsulation,
        "OperationalVLANTrunkEncapsulation": encapsulation,
        "SupportedEndpointModes": [_ACCESS, _TRUNK],
    }
    return Instance(_VLAN_ENDPOINT, values, path=path)
