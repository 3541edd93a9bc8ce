"""The ports of virtual switches, what they are connected to, and the endpoints in between.

Recorded: device -SAPImplementation-> its endpoint <-ActiveConnection- the switch's endpoint <- switch port.
"""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import instances_of, links, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import system_path
from openhyperv.emulator.host.switches.connections import (
    ENDPOINT,
    INTERNAL_PORT,
    SWITCH_PORT,
    SwitchConnection,
    connections,
    connections_near,
)
from openhyperv.emulator.host.switches.offload_use import PortShare, port_shares
from openhyperv.emulator.host.switches.switch import Switches
from openhyperv.emulator.providers.elements import ENABLED, HEALTHY
from openhyperv.emulator.providers.links import link, touching
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_SPEED = 10_000_000_000
_MTU = 1500
_ETHERNET = 2
"""LinkTechnology and LANType."""
_NOT_APPLICABLE = 5


class SwitchPortProvider:
    """Ports and endpoints that exist now; those of machines come and go with them."""

    def __init__(self, host: Host, switches: Switches) -> None:
        self._host = host
        self._switches = switches

    @instances_of(SWITCH_PORT)
    def ports(self) -> Iterator[Instance]:
        """Every port of every switch."""
        shares: dict[ObjectPath, PortShare] = {}
        for switch in self._switches:
            shares |= port_shares(self._host, self._switches, switch)
        for connection in connections(self._host, self._switches):
            yield _port(connection, shares.get(connection.setting, PortShare()))

    @lookup(SWITCH_PORT)
    def port(self, path: ObjectPath) -> Instance | None:
        """One port."""
        return next((port for port in self.ports() if port.path == path), None)

    @instances_of(INTERNAL_PORT)
    def internal_ports(self) -> Iterator[Instance]:
        """The host's own adapters at switches."""
        for connection in connections(self._host, self._switches):
            if connection.peer.class_name == INTERNAL_PORT:
                yield _internal_port(connection)

    @lookup(INTERNAL_PORT)
    def internal_port(self, path: ObjectPath) -> Instance | None:
        """One of the host's own adapters at switches."""
        return next((port for port in self.internal_ports() if port.path == path), None)

    @instances_of(ENDPOINT)
    def endpoints(self) -> Iterator[Instance]:
        """Both ends of every connection."""
        for connection in connections(self._host, self._switches):
            yield _endpoint(connection.port_endpoint, connection)
            yield _endpoint(connection.peer_endpoint, connection)

    @lookup(ENDPOINT)
    def endpoint(self, path: ObjectPath) -> Instance | None:
        """One end."""
        for connection in self._near(path):
            if path in (connection.port_endpoint, connection.peer_endpoint):
                return _endpoint(path, connection)
        return None

    @links("Msvm_ActiveConnection")
    def active(self, end: ObjectPath) -> Iterator[Instance]:
        """From the switch's end of each connection to the other."""
        pairs = ({"Antecedent": c.port_endpoint, "Dependent": c.peer_endpoint} for c in self._near(end))
        return touching(
            end, (link("Msvm_ActiveConnection", both, {"IsUnidirectional": False}) for both in pairs)
        )

    @links("Msvm_EthernetDeviceSAPImplementation")
    def implementations(self, end: ObjectPath) -> Iterator[Instance]:
        """From each port and adapter to its endpoint."""
        pairs = (
            pair
            for c in self._near(end)
            for pair in ((c.port_path, c.port_endpoint), (c.peer, c.peer_endpoint))
        )
        ends = ({"Antecedent": device, "Dependent": endpoint} for device, endpoint in pairs)
        return touching(end, (link("Msvm_EthernetDeviceSAPImplementation", both) for both in ends))

    @links("Msvm_SystemDevice")
    def devices(self, end: ObjectPath) -> Iterator[Instance]:
        """From each switch to its ports, and from the host to its own adapters at switches."""
        return touching(end, (link("Msvm_SystemDevice", both) for both in self._device_ends(end)))

    @instances_of("Msvm_SettingsDefineState")
    def all_settings(self) -> Iterator[Instance]:
        """From each port to the setting it was made by."""
        return map(_setting_of, connections(self._host, self._switches))

    @links("Msvm_SettingsDefineState")
    def settings(self, end: ObjectPath) -> Iterator[Instance]:
        """The same for one port or setting."""
        return touching(end, map(_setting_of, self._near(end)))

    def _near(self, end: ObjectPath) -> Iterator[SwitchConnection]:
        return connections_near(self._host, self._switches, end)

    def _device_ends(self, end: ObjectPath) -> Iterator[dict[str, ObjectPath]]:
        host = system_path(self._host.name)
        for connection in self._near(end):
            yield {"GroupComponent": connection.switch.path, "PartComponent": connection.port_path}
            if connection.peer.class_name == INTERNAL_PORT:
                yield {"GroupComponent": host, "PartComponent": connection.peer}


def _port(connection: SwitchConnection, share: PortShare) -> Instance:
    path = connection.port_path
    values: dict[str, Value] = {
        **HEALTHY,
        **ENABLED,
        **path.keys,
        **_ethernet(_SPEED),
        "Name": path.keys["DeviceID"],
        "ElementName": connection.name,
        "Caption": "Ethernet Switch Port",
        "Description": "Microsoft Virtual Ethernet Switch Port",
        "PermanentAddress": connection.peer_mac,
        # UNVERIFIED: a port that has a virtual function, or a queue, counts one
        "IOVOffloadUsage": int(share.has_function),
        "VMQOffloadUsage": int(share.has_queue),
    }
    return Instance(path.class_name, values, path=path)


def _internal_port(connection: SwitchConnection) -> Instance:
    path = connection.peer
    values: dict[str, Value] = {
        **HEALTHY,
        **ENABLED,
        **path.keys,
        **_ethernet(_SPEED),
        "Name": connection.name,
        "ElementName": connection.name,
        "Caption": "Ethernet Port",
        "Description": "Microsoft Internal Ethernet Port",
        "PermanentAddress": connection.peer_mac,
        "UsageRestriction": 4,
    }
    return Instance(path.class_name, values, path=path)


def _ethernet(speed: int) -> dict[str, Value]:
    return {
        "ActiveMaximumTransmissionUnit": _MTU,
        "SupportedMaximumTransmissionUnit": _MTU,
        "MaxDataSize": _MTU,
        "FullDuplex": True,
        "LinkTechnology": _ETHERNET,
        "Speed": speed,
        "MaxSpeed": speed,
        "RequestedSpeed": speed,
    }


def _endpoint(path: ObjectPath, connection: SwitchConnection) -> Instance:
    values: dict[str, Value] = {
        **HEALTHY,
        **path.keys,
        "ElementName": connection.name,
        "Caption": "LAN Endpoint",
        "Description": "Microsoft Virtual LAN Endpoint",
        "EnabledDefault": 2,
        "EnabledState": _NOT_APPLICABLE,
        "RequestedState": 12,
        "NameFormat": "Microsoft Virtual Device ID",
        "LANType": _ETHERNET,
        "MACAddress": connection.peer_mac,
        "MaxDataSize": _MTU,
        "Connected": True,
    }
    return Instance(path.class_name, values, path=path)


def _setting_of(connection: SwitchConnection) -> Instance:
    ends = {"ManagedElement": connection.port_path, "SettingData": connection.setting}
    return link("Msvm_SettingsDefineState", ends)
