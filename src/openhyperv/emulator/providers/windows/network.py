"""The host's network adapters as the CIMWin32 provider tells of them."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Interface

from openhyperv.emulator.cimom.provider import instances_of, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.windows.adapters import WindowsAdapter, WindowsAdapters
from openhyperv.emulator.providers.windows.instances import cimv2_instance
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_CONNECTED = 2
"""Win32_NetworkAdapter.NetConnectionStatus."""


class WindowsNetworkProvider:
    """Adapters with their configurations."""

    def __init__(self, host: Host, adapters: WindowsAdapters) -> None:
        self._host = host
        self._adapters = adapters

    @instances_of("Win32_NetworkAdapter")
    def adapters(self) -> Iterator[Instance]:
        """Every adapter."""
        return map(self._adapter, self._adapters)

    @lookup("Win32_NetworkAdapter")
    def adapter(self, path: ObjectPath) -> Instance | None:
        """One adapter."""
        return next((adapter for adapter in self.adapters() if adapter.path == path), None)

    @instances_of("Win32_NetworkAdapterConfiguration")
    def configurations(self) -> Iterator[Instance]:
        """The configuration of every adapter."""
        return map(self._configuration, self._adapters)

    @lookup("Win32_NetworkAdapterConfiguration")
    def configuration(self, path: ObjectPath) -> Instance | None:
        """The configuration of one adapter."""
        return next((c for c in self.configurations() if c.path == path), None)

    def _adapter(self, adapter: WindowsAdapter) -> Instance:
        values: dict[str, Value] = {
            "Name": adapter.name,
            "Caption": f"[{adapter.index:08}] {adapter.name}",
            "Description": adapter.name,
            "ProductName": adapter.name,
            "CreationClassName": "Win32_NetworkAdapter",
            "SystemCreationClassName": "Win32_ComputerSystem",
            "SystemName": self._host.name,
            "AdapterType": "Ethernet 802.3",
            "AdapterTypeID": 0,
            "GUID": f"{{{adapter.guid}}}",
            "Index": adapter.index,
            "InterfaceIndex": adapter.index,
            "MACAddress": _mac_text(adapter),
            "NetConnectionID": adapter.connection,
            "NetConnectionStatus": _CONNECTED,
            "NetEnabled": True,
            "PhysicalAdapter": adapter.is_physical,
            "PNPDeviceID": adapter.pnp_device_id,
            "Speed": adapter.speed_bits_per_second,
        }
        return cimv2_instance("Win32_NetworkAdapter", {"DeviceID": str(adapter.index)}, values)

    def _configuration(self, adapter: WindowsAdapter) -> Instance:
        values: dict[str, Value] = {
            "Caption": f"[{adapter.index:08}] {adapter.name}",
            "Description": adapter.name,
            "SettingID": f"{{{adapter.guid}}}",
            "DNSHostName": self._host.name,
            "InterfaceIndex": adapter.index,
            "IPEnabled": bool(adapter.addresses),
            "MACAddress": _mac_text(adapter),
        }
        if adapter.addresses:
            values["IPAddress"] = [str(address.ip) for address in adapter.addresses]
            values["IPSubnet"] = [_subnet(address) for address in adapter.addresses]
        return cimv2_instance("Win32_NetworkAdapterConfiguration", {"Index": adapter.index}, values)


def _mac_text(adapter: WindowsAdapter) -> str:
    return ":".join(adapter.mac[start : start + 2] for start in range(0, 12, 2))


def _subnet(address: object) -> str:
    """A mask for IPv4, the length of the prefix for IPv6, as documented."""
    if isinstance(address, IPv4Interface):
        return str(address.netmask)
    return str(address).rpartition("/")[2]
