"""A machine's network adapters, read from the settings of its devices and ports. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve, frozen

from openhyperv.hyperv.names import setting
from openhyperv.hyperv.ports.features import BANDWIDTH, SECURITY, VLAN
from openhyperv.hyperv.ports.finding import CABLE, Port, switch_of
from openhyperv.hyperv.settings import ResourceType
from openhyperv.hyperv.values import number, text
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

_CABLE_TAIL = "\\C"
_ACCESS = 1
"""OperationMode of a VLAN's settings."""


@frozen
class MachineAdapter:
    """An adapter as it is now.

    ``specification`` names its switch by GUID, and has no MAC address where that is the host's choice;
    ``address`` is the one it has, which is none before its first start. ``features`` are what the host keeps
    about its port.
    """

    key: str
    class_name: str
    specification: NetworkAdapter
    address: str
    has_cable: bool = False
    features: tuple[Instance, ...] = ()

    @property
    def name(self) -> str:
        """Its display name."""
        return self.specification.name

    @property
    def path(self) -> ObjectPath:
        """Its settings."""
        return setting(self.class_name, self.key)

    @property
    def port(self) -> Port:
        """It as something that is plugged into a switch."""
        return Port(
            self.name,
            self.key,
            has_cable=self.has_cable,
            switch_guid=self.specification.switch,
            adapter_class=self.class_name,
        )

    @property
    def is_in_access_mode(self) -> bool:
        """True unless its port is a trunk, or in a private VLAN."""
        found = _feature(self.features, VLAN)
        return found is None or number(found, "OperationMode") == _ACCESS

    def with_features(self, features: Sequence[Instance]) -> MachineAdapter:
        """The same with what its port is."""
        specification = _about_port(self.specification, features)
        return evolve(self, specification=specification, features=tuple(features))

    def without_cable(self) -> MachineAdapter:
        """The same plugged into nothing."""
        return evolve(self, specification=evolve(self.specification, switch=None), has_cable=False)


def read_adapters(settings: Sequence[Instance]) -> Iterator[MachineAdapter]:
    """The adapters among the settings of a machine's devices."""
    cables = {text(each, "InstanceID").upper(): each for each in settings if each.class_name == CABLE}
    for each in settings:
        if number(each, "ResourceType") == ResourceType.ETHERNET_ADAPTER:
            key = text(each, "InstanceID")
            yield _adapter(each, cables.get(key.upper() + _CABLE_TAIL))


def _adapter(adapter: Instance, cable: Instance | None) -> MachineAdapter:
    address = text(adapter, "Address")
    specification = NetworkAdapter(
        text(adapter, "ElementName"),
        mac_address=address if adapter.get("StaticMacAddress") is True else None,
        switch=None if cable is None else switch_of(cable),
        device_naming=adapter.get("DeviceNamingEnabled") is True,
    )
    return MachineAdapter(
        text(adapter, "InstanceID"), adapter.class_name, specification, address, cable is not None
    )


def _about_port(adapter: NetworkAdapter, features: Sequence[Instance]) -> NetworkAdapter:
    vlan, security, bandwidth = (_feature(features, name) for name in (VLAN, SECURITY, BANDWIDTH))
    if vlan is not None and number(vlan, "OperationMode") == _ACCESS:
        adapter = evolve(adapter, vlan_id=number(vlan, "AccessVlanId") or None)
    if security is not None:
        adapter = evolve(
            adapter,
            mac_spoofing=security.get("AllowMacSpoofing") is True,
            dhcp_guard=security.get("EnableDhcpGuard") is True,
            router_guard=security.get("EnableRouterGuard") is True,
        )
    if bandwidth is not None:
        adapter = evolve(
            adapter,
            maximum_bandwidth_bps=number(bandwidth, "Limit") or None,
            minimum_bandwidth_bps=number(bandwidth, "Reservation") or None,
        )
    return adapter


def _feature(features: Sequence[Instance], class_name: str) -> Instance | None:
    return next((each for each in features if each.class_name == class_name), None)
