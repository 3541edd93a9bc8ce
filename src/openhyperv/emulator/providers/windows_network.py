"""The host's network adapters as Windows tells of them: physical ones, then its own at virtual switches."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from openhyperv.emulator.cimom.provider import instances_of, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.switch_connections import INTERNAL_PORT, connections
from openhyperv.emulator.host.switches import Switches
from openhyperv.emulator.providers.cimv2 import cimv2_instance
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_CONNECTED = 2
"""Win32_NetworkAdapter.NetConnectionStatus."""
_SWITCH_SPEED = 10_000_000_000


@frozen
class _Adapter:
    """One adapter: ``name`` is the device's, ``connection`` what the administrator sees."""

    guid: str
    name: str
    connection: str
    mac: str
    speed: int
    is_physical: bool

    @property
    def mac_text(self) -> str:
        return ":".join(self.mac[start : start + 2] for start in range(0, 12, 2))


class WindowsNetworkProvider:
    """Adapters with their configurations, which hold no addresses: the emulated host has none of its own."""

    def __init__(self, host: Host, switches: Switches) -> None:
        self._host = host
        self._switches = switches

    @instances_of("Win32_NetworkAdapter")
    def adapters(self) -> Iterator[Instance]:
        """Every adapter."""
        return (self._adapter(i, adapter) for i, adapter in enumerate(self._all(), 1))

    @lookup("Win32_NetworkAdapter")
    def adapter(self, path: ObjectPath) -> Instance | None:
        """One adapter."""
        return next((adapter for adapter in self.adapters() if adapter.path == path), None)

    @instances_of("Win32_NetworkAdapterConfiguration")
    def configurations(self) -> Iterator[Instance]:
        """The configuration of every adapter."""
        return (self._configuration(i, adapter) for i, adapter in enumerate(self._all(), 1))

    @lookup("Win32_NetworkAdapterConfiguration")
    def configuration(self, path: ObjectPath) -> Instance | None:
        """The configuration of one adapter."""
        return next((c for c in self.configurations() if c.path == path), None)

    def _all(self) -> Iterator[_Adapter]:
        for number, card in enumerate(self._host.hardware.adapters, 1):
            connection = "Ethernet" if number == 1 else f"Ethernet {number}"
            yield _Adapter(
                card.guid, card.name, connection, card.mac, card.speed_bits_per_second, is_physical=True
            )
        for plugged in connections(self._host, self._switches):
            if plugged.peer.class_name == INTERNAL_PORT:
                guid = str(plugged.peer.key("DeviceID")).partition("{")[2].rstrip("}")
                name, connection = "Hyper-V Virtual Ethernet Adapter", f"vEthernet ({plugged.name})"
                yield _Adapter(guid, name, connection, plugged.peer_mac, _SWITCH_SPEED, is_physical=False)

    def _adapter(self, index: int, adapter: _Adapter) -> Instance:
        values: dict[str, Value] = {
            "Name": adapter.name,
            "Caption": f"[{index:08}] {adapter.name}",
            "Description": adapter.name,
            "ProductName": adapter.name,
            "CreationClassName": "Win32_NetworkAdapter",
            "SystemCreationClassName": "Win32_ComputerSystem",
            "SystemName": self._host.name,
            "AdapterType": "Ethernet 802.3",
            "AdapterTypeID": 0,
            "GUID": f"{{{adapter.guid}}}",
            "Index": index,
            "InterfaceIndex": index,
            "MACAddress": adapter.mac_text,
            "NetConnectionID": adapter.connection,
            "NetConnectionStatus": _CONNECTED,
            "NetEnabled": True,
            "PhysicalAdapter": adapter.is_physical,
            "Speed": adapter.speed,
        }
        return cimv2_instance("Win32_NetworkAdapter", {"DeviceID": str(index)}, values)

    def _configuration(self, index: int, adapter: _Adapter) -> Instance:
        values: dict[str, Value] = {
            "Caption": f"[{index:08}] {adapter.name}",
            "Description": adapter.name,
            "SettingID": f"{{{adapter.guid}}}",
            "DNSHostName": self._host.name,
            "InterfaceIndex": index,
            "IPEnabled": False,
            "MACAddress": adapter.mac_text,
        }
        return cimv2_instance("Win32_NetworkAdapterConfiguration", {"Index": index}, values)
