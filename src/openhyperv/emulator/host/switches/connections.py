"""What is plugged into virtual switches now: adapters of the host, the host itself, running machines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from uuid import NAMESPACE_OID, uuid5

from attrs import frozen

from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import device_path, split_id
from openhyperv.emulator.host.machines.configuration import Configuration, parent_tail
from openhyperv.emulator.host.machines.resources import EMULATED_NIC
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.switches.features import VLAN
from openhyperv.emulator.host.switches.network import connected_switch
from openhyperv.emulator.host.switches.switch import SWITCH, Switch, Switches
from openhyperv.emulator.host.switches.uplinks import (
    EXTERNAL_PORT,
    Surroundings,
    internal_adapter_guid,
    internal_mac,
)
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

SWITCH_PORT = "Msvm_EthernetSwitchPort"
INTERNAL_PORT = "Msvm_InternalEthernetPort"
ENDPOINT = "Msvm_LANEndpoint"
PORT_SETTING = "Msvm_EthernetPortAllocationSettingData"


@frozen(eq=False)
class SwitchConnection:
    """One port of a switch and the device at its other end.

    ``port`` is the port's GUID, ``peer`` the device, ``setting`` what the connection was made by, ``vlan``
    what the port's VLAN settings say, if it has any.
    """

    switch: Switch
    port: str
    name: str
    peer: ObjectPath
    peer_mac: str
    setting: ObjectPath
    vlan: Mapping[str, Value]

    @property
    def port_path(self) -> ObjectPath:
        """The switch's port."""
        return ObjectPath(
            SWITCH_PORT,
            {
                "CreationClassName": SWITCH_PORT,
                "DeviceID": f"Microsoft:{self.port}",
                "SystemCreationClassName": SWITCH,
                "SystemName": self.switch.guid,
            },
        )

    @property
    def port_endpoint(self) -> ObjectPath:
        """The LAN endpoint at the switch's side."""
        return endpoint_of(self.port_path)

    @property
    def peer_endpoint(self) -> ObjectPath:
        """The LAN endpoint at the device's side."""
        return endpoint_of(self.peer)


def endpoint_of(device: ObjectPath) -> ObjectPath:
    """The LAN endpoint of a port or adapter; it is named as the device is."""
    return ObjectPath(
        ENDPOINT,
        {
            "CreationClassName": ENDPOINT,
            "Name": device.keys["DeviceID"],
            "SystemCreationClassName": device.keys["SystemCreationClassName"],
            "SystemName": device.keys["SystemName"],
        },
    )


def connections(host: Host, switches: Switches) -> Iterator[SwitchConnection]:
    """Every connection there is now."""
    for switch in switches:
        for port in switch.ports():
            yield from _own_connections(host, switch, port)
    for system in host.systems:
        yield from machine_connections(host, switches, system)


def connections_near(host: Host, switches: Switches, end: ObjectPath) -> Iterator[SwitchConnection]:
    """The connections that an object can have to do with: those of its machine, or every one."""
    system = host.systems.find(_owner_of(end))
    return machine_connections(host, switches, system) if system else connections(host, switches)


def _owner_of(end: ObjectPath) -> str:
    """The machine that an object belongs to or is, by its keys."""
    owner, _ = split_id(str(end.key("InstanceID"))) or (None, "")
    return str(owner or end.key("SystemName") or end.key("Name"))


def machine_connections(host: Host, switches: Switches, system: VirtualSystem) -> Iterator[SwitchConnection]:
    """The connections of one virtual machine: none unless it runs."""
    if not system.state.is_on:
        return
    configuration = system.configuration
    for resource in configuration.of_class(PORT_SETTING):
        switch = switches.find(connected_switch(resource) or "")
        nic = configuration.resource(parent_tail(resource))
        if switch is not None and nic is not None:
            setting = host.views.path(configuration, resource)
            yield SwitchConnection(
                switch=switch,
                port=_derived_guid(str(setting)),
                name=resource.text("ElementName"),
                peer=_nic_path(system, nic),
                peer_mac=nic.text("Address"),
                setting=setting,
                vlan=_vlan(configuration, resource),
            )


def _own_connections(host: Host, switch: Switch, port: Resource) -> Iterator[SwitchConnection]:
    """A switch's own port leads to the host, or to an adapter; a team's further adapters have ports too."""
    uplink = Surroundings(host.name, host.hardware).uplink(port)
    setting = host.views.path(switch.configuration, port)
    name = port.text("ElementName")
    vlan = _vlan(switch.configuration, port)
    if uplink.is_internal:
        guid = internal_adapter_guid(port)
        peer = device_path(INTERNAL_PORT, host.name, f"{{{guid}}}")
        yield SwitchConnection(switch, port.tail, name, peer, internal_mac(port), setting, vlan)
    for index, adapter in enumerate(uplink.adapters):
        # UNVERIFIED: that each adapter of a team has a port of its own
        guid = _derived_guid(port.tail + adapter.guid) if index else port.tail
        peer = device_path(EXTERNAL_PORT, host.name, f"{{{adapter.guid}}}")
        yield SwitchConnection(switch, guid, name, peer, adapter.mac, setting, vlan)


def _vlan(configuration: Configuration, port: Resource) -> Mapping[str, Value]:
    features = configuration.features_of(port)
    return next((feature.merged() for feature in features if feature.kind is VLAN), {})


def _nic_path(system: VirtualSystem, nic: Resource) -> ObjectPath:
    class_name = "Msvm_EmulatedEthernetPort" if nic.kind is EMULATED_NIC else "Msvm_SyntheticEthernetPort"
    return device_path(class_name, system.guid, nic.tail)


def _derived_guid(seed: str) -> str:
    """A GUID that stays the same as long as what it was made from."""
    return str(uuid5(NAMESPACE_OID, seed.lower())).upper()
