"""Making an adapter what a specification says: its own settings, then its port."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.hyperv import settings
from openhyperv.hyperv.adapters.machine_adapter import MachineAdapter
from openhyperv.hyperv.components import demand_off
from openhyperv.hyperv.device_changes import add_devices, change_devices
from openhyperv.hyperv.ports.binding import Binding
from openhyperv.hyperv.ports.changes import setting_changes
from openhyperv.hyperv.ports.features import bandwidth_settings, security_settings, vlan_settings
from openhyperv.hyperv.ports.finding import ADAPTER
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.port import AccessVlan, PortSecurity
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value


def add_adapter(session: Session, guid: str, wanted: NetworkAdapter) -> MachineAdapter:
    """A new adapter, plugged in nowhere yet."""
    (made,) = add_devices(session, guid, [settings.network_adapter(wanted)])
    own = NetworkAdapter(wanted.name, wanted.mac_address, device_naming=wanted.device_naming)
    return MachineAdapter(str(made.key("InstanceID")), ADAPTER, own, wanted.mac_address or "")


def change_adapter(
    session: Session, guid: str, present: MachineAdapter, wanted: NetworkAdapter, switch: ObjectPath | None
) -> None:
    """Send what differs; ``switch`` is the one that the specification names."""
    values = _own_changes(present.specification, wanted)
    if values:
        demand_off(session, guid, "An adapter's MAC address and naming change only while a machine is off.")
        change_devices(session, guid, [Instance(present.class_name, {"InstanceID": present.key, **values})])
    binding = Binding(session, present.port)
    if switch is None:
        binding.unplug()
    else:
        binding.run(switch, setting_changes(present.features, _port_settings(present, wanted)))


def _own_changes(present: NetworkAdapter, wanted: NetworkAdapter) -> dict[str, Value]:
    values: dict[str, Value] = {}
    if wanted.mac_address != present.mac_address:
        values["StaticMacAddress"] = wanted.mac_address is not None
        if wanted.mac_address is not None:
            values["Address"] = wanted.mac_address
    if wanted.device_naming != present.device_naming:
        values["DeviceNamingEnabled"] = wanted.device_naming
    return values


def _port_settings(present: MachineAdapter, wanted: NetworkAdapter) -> list[Instance]:
    """A trunk or a private VLAN, which a specification cannot name, stays unless it names a VLAN."""
    found = [
        security_settings(
            PortSecurity(
                allow_mac_spoofing=wanted.mac_spoofing,
                dhcp_guard=wanted.dhcp_guard,
                router_guard=wanted.router_guard,
            )
        ),
        bandwidth_settings(wanted.bandwidth),
    ]
    if wanted.vlan_id is not None or present.is_in_access_mode:
        found.append(vlan_settings(None if wanted.vlan_id is None else AccessVlan(wanted.vlan_id)))
    return found
