"""MSFT_NetAdapterHardwareInfoSettingData: the slots that network cards are in."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import instances_of, lookup
from openhyperv.emulator.host.hardware import NetworkAdapter
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.windows.adapters import WindowsAdapter, WindowsAdapters
from openhyperv.emulator.providers.standard_cimv2.adapters import STANDARD_CIMV2
from openhyperv.emulator.providers.windows.instances import windows_instance
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_INFO = "MSFT_NetAdapterHardwareInfoSettingData"
_PCI_EXPRESS_ENDPOINT = 2
_UNKNOWN, _SUPPORTED = 0, 1
"""SriovSupport."""
_FROM_DEVICE = 2
"""Source."""


class NetAdapterHardwareProvider:
    """The slot of each physical card; adapters at virtual switches have none."""

    def __init__(self, host: Host, adapters: WindowsAdapters) -> None:
        self._host = host
        self._adapters = adapters

    @instances_of(_INFO)
    def all(self) -> Iterator[Instance]:
        """Of every card."""
        cards = {card.guid: card for card in self._host.hardware.adapters}
        return (
            _instance(self._host.name, adapter, cards[adapter.guid])
            for adapter in self._adapters
            if adapter.guid in cards
        )

    @lookup(_INFO)
    def one(self, path: ObjectPath) -> Instance | None:
        """Of one card."""
        return next((info for info in self.all() if info.path == path), None)


def _instance(host_name: str, adapter: WindowsAdapter, card: NetworkAdapter) -> Instance:
    values: dict[str, Value] = {
        "Name": adapter.connection,
        "InterfaceDescription": adapter.name,
        "SystemName": host_name,
        "Source": _FROM_DEVICE,
        "SegmentNumber": 0,
        "BusNumber": card.bus,
        "DeviceNumber": card.slot,
        "FunctionNumber": card.function,
        "LocationInformationString": f"PCI bus {card.bus}, device {card.slot}, function {card.function}",
        "NumaNode": 0,
        "PciDeviceType": _PCI_EXPRESS_ENDPOINT,
        "SriovSupport": _SUPPORTED if card.offload.virtual_functions else _UNKNOWN,
    }
    keys = {"InstanceID": f"{{{adapter.guid}}}"}  # UNVERIFIED: that the adapter's GUID is its key
    return windows_instance(STANDARD_CIMV2, _INFO, keys, values)
