"""The host's physical network adapters as virtual switches see them."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import instances_of, links, lookup
from openhyperv.emulator.host.hardware import NetworkAdapter
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import device_path, setting_path, system_path
from openhyperv.emulator.host.switches.switch import Switches
from openhyperv.emulator.host.switches.uplinks import EXTERNAL_PORT, Surroundings
from openhyperv.emulator.providers.elements import ENABLED, HEALTHY
from openhyperv.emulator.providers.links import link, touching
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_CAPABILITIES = "Msvm_ExternalEthernetPortCapabilities"
_MTU = 1500
_NOT_RESTRICTED = 4


class ExternalPortProvider:
    """Msvm_ExternalEthernetPort and its capabilities; properties as recorded."""

    def __init__(self, host: Host, switches: Switches) -> None:
        self._host = host
        self._switches = switches
        self._surroundings = Surroundings(host.name, host.hardware)

    @instances_of(EXTERNAL_PORT)
    def ports(self) -> Iterator[Instance]:
        """Every adapter."""
        bound = {guid for guid, _ in self._surroundings.bound(self._switches)}
        return (self._port(a, is_bound=a.guid in bound) for a in self._host.hardware.adapters)

    @lookup(EXTERNAL_PORT)
    def port(self, path: ObjectPath) -> Instance | None:
        """One adapter."""
        return next((port for port in self.ports() if port.path == path), None)

    @instances_of(_CAPABILITIES)
    def all_capabilities(self) -> Iterator[Instance]:
        """The capabilities of every adapter."""
        return map(self._capabilities, self._host.hardware.adapters)

    @lookup(_CAPABILITIES)
    def capabilities(self, path: ObjectPath) -> Instance | None:
        """The capabilities of one adapter."""
        return next((c for c in self.all_capabilities() if c.path == path), None)

    @links("Msvm_ElementCapabilities")
    def element_capabilities(self, end: ObjectPath) -> Iterator[Instance]:
        """From each adapter to its capabilities."""
        ends = (
            {"ManagedElement": self._path(a), "Capabilities": self._capabilities_path(a)}
            for a in self._host.hardware.adapters
        )
        return touching(end, (link("Msvm_ElementCapabilities", both) for both in ends))

    @links("Msvm_SystemDevice")
    def devices(self, end: ObjectPath) -> Iterator[Instance]:
        """From the host to each adapter."""
        system = system_path(self._host.name)
        ends = (
            {"GroupComponent": system, "PartComponent": self._path(a)} for a in self._host.hardware.adapters
        )
        return touching(end, (link("Msvm_SystemDevice", both) for both in ends))

    def _path(self, adapter: NetworkAdapter) -> ObjectPath:
        return device_path(EXTERNAL_PORT, self._host.name, f"{{{adapter.guid}}}")

    def _capabilities_path(self, adapter: NetworkAdapter) -> ObjectPath:
        return setting_path(_CAPABILITIES, f"Microsoft:{self._host.name}\\{{{adapter.guid}}}")

    def _port(self, adapter: NetworkAdapter, *, is_bound: bool) -> Instance:
        path = self._path(adapter)
        values: dict[str, Value] = {
            **HEALTHY,
            **ENABLED,
            **path.keys,
            "Name": adapter.name,
            "ElementName": adapter.name,
            "Caption": "Ethernet Port",
            "Description": "Microsoft External Ethernet Port",
            "ActiveMaximumTransmissionUnit": _MTU,
            "SupportedMaximumTransmissionUnit": _MTU,
            "MaxDataSize": _MTU,
            "AutoSense": True,
            "FullDuplex": True,
            "IsBound": is_bound,
            "LinkTechnology": 2,
            "MaxSpeed": adapter.speed_bits_per_second,
            "RequestedSpeed": adapter.speed_bits_per_second,
            "Speed": adapter.speed_bits_per_second,
            "PermanentAddress": adapter.mac,
            "PortNumber": 0,
            "PortType": 53,
            "UsageRestriction": _NOT_RESTRICTED,
        }
        return Instance(EXTERNAL_PORT, values, path=path)

    def _capabilities(self, adapter: NetworkAdapter) -> Instance:
        path = self._capabilities_path(adapter)
        values: dict[str, Value] = {
            "InstanceID": path.keys["InstanceID"],
            "Caption": "Ethernet Port Capabilities",
            "Description": "Describes the capabilities of the Microsoft External Ethernet Port",
            "ElementName": "Ethernet Port Capabilities",
            "IOVSupport": adapter.offload.virtual_functions > 0,
            "IOVSupportReasons": [],
        }
        return Instance(_CAPABILITIES, values, path=path)
