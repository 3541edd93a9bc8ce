"""MSFT_NetAdapter and MSFT_NetIPAddress: the host's adapters and their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Interface, IPv6Interface

from openhyperv.emulator.cimom.provider import instances_of, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.windows.adapters import WindowsAdapter, WindowsAdapters
from openhyperv.emulator.providers.windows.instances import windows_instance
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

STANDARD_CIMV2 = "root/StandardCimv2"
_ADAPTER = "MSFT_NetAdapter"
_ADDRESS = "MSFT_NetIPAddress"
_IPV4, _IPV6 = 2, 23
"""AddressFamily."""
_ETHERNET = 6
"""InterfaceType (IANA ifType)."""
_UP, _CONNECTED, _FULL_DUPLEX, _STARTED = 1, 1, 2, 2
_PREFERRED, _MANUAL, _UNICAST, _PERSISTENT = 4, 1, 1, 0


class NetAdapterProvider:
    """Adapters under the names that administrators see, and the addresses given to them."""

    def __init__(self, host: Host, adapters: WindowsAdapters) -> None:
        self._host = host
        self._adapters = adapters

    @instances_of(_ADAPTER)
    def adapters(self) -> Iterator[Instance]:
        """Every adapter."""
        return (_adapter(self._host.name, adapter) for adapter in self._adapters)

    @lookup(_ADAPTER)
    def adapter(self, path: ObjectPath) -> Instance | None:
        """One adapter."""
        return next((adapter for adapter in self.adapters() if adapter.path == path), None)

    @instances_of(_ADDRESS)
    def addresses(self) -> Iterator[Instance]:
        """The addresses of all adapters."""
        for adapter in self._adapters:
            yield from (_address(adapter, address) for address in adapter.addresses)

    @lookup(_ADDRESS)
    def address(self, path: ObjectPath) -> Instance | None:
        """One address."""
        return next((address for address in self.addresses() if address.path == path), None)


def _adapter(host_name: str, adapter: WindowsAdapter) -> Instance:
    keys = {
        "CreationClassName": _ADAPTER,
        "DeviceID": f"{{{adapter.guid}}}",
        "SystemCreationClassName": "CIM_NetworkPort",
        "SystemName": host_name,
    }
    values: dict[str, Value] = {
        "Name": adapter.connection,
        "InterfaceDescription": adapter.name,
        "DriverDescription": adapter.name,
        "InterfaceGuid": f"{{{adapter.guid}}}",
        "InterfaceIndex": adapter.index,
        "InterfaceType": _ETHERNET,
        "InterfaceAdminStatus": _UP,
        "InterfaceOperationalStatus": _UP,
        "MediaConnectState": _CONNECTED,
        "MediaDuplexState": _FULL_DUPLEX,
        "State": _STARTED,
        "PermanentAddress": adapter.mac,
        "NetworkAddresses": [adapter.mac],
        "PnPDeviceID": adapter.pnp_device_id,
        "Speed": adapter.speed_bits_per_second,
        "ReceiveLinkSpeed": adapter.speed_bits_per_second,
        "TransmitLinkSpeed": adapter.speed_bits_per_second,
        "MtuSize": 1500,
        "HardwareInterface": adapter.is_physical,
        "ConnectorPresent": adapter.is_physical,
        "Virtual": not adapter.is_physical,
        "Hidden": False,
    }
    return windows_instance(STANDARD_CIMV2, _ADAPTER, keys, values)


def _address(adapter: WindowsAdapter, address: IPv4Interface | IPv6Interface) -> Instance:
    is_ipv4 = isinstance(address, IPv4Interface)
    keys = {
        "CreationClassName": "",
        "Name": f"{adapter.index};{address.ip}",  # UNVERIFIED: what stands in Name; real hosts encode it
        "SystemCreationClassName": "",
        "SystemName": "",
    }
    values: dict[str, Value] = {
        "IPAddress": str(address.ip),
        "IPv4Address" if is_ipv4 else "IPv6Address": str(address.ip),
        "AddressFamily": _IPV4 if is_ipv4 else _IPV6,
        "PrefixLength": address.network.prefixlen,
        "InterfaceIndex": adapter.index,
        "InterfaceAlias": adapter.connection,
        "AddressState": _PREFERRED,
        "PrefixOrigin": _MANUAL,
        "SuffixOrigin": _MANUAL,
        "SkipAsSource": False,
        "Store": _PERSISTENT,
        "Type": _UNICAST,
    }
    return windows_instance(STANDARD_CIMV2, _ADDRESS, keys, values)
