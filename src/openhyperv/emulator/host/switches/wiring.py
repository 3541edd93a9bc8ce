"""Telling the data plane what ports are to be, whenever the settings of machines and switches change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from attrs import evolve, frozen

from openhyperv.emulator.host.machines.configuration import Configuration, parent_tail
from openhyperv.emulator.host.machines.resources import ETHERNET_CONNECTION
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.switches.network import connected_switch
from openhyperv.emulator.host.switches.port_reading import port_settings
from openhyperv.emulator.host.switches.switch import Switch
from openhyperv.emulator.host.switches.uplinks import Surroundings, internal_mac
from openhyperv.emulator.network.fabric import Fabric, PortTraffic
from openhyperv.emulator.network.settings import PortSettings, Security
from openhyperv.emulator.network.traffic import Flow
from openhyperv.emulator.network.vlans import EveryVlan


class Wiring(Protocol):
    """Hears of every change, under the host's lock, before whoever asked for it gets an answer."""

    def follow_machine(self, configuration: Configuration) -> None:
        """A machine has these ports now."""
        ...

    def follow_switch(self, switch: Switch) -> None:
        """A switch has these ports of its own now."""
        ...

    def forget(self, guid: str) -> None:
        """A machine or switch is gone."""
        ...

    def traffic(self, guid: str, nic: str) -> PortTraffic:
        """What has passed the port of a machine's card, named by the tail of its setting."""
        ...


class NoWiring:
    """For hosts whose guests are states only: no frames, no ports."""

    def follow_machine(self, configuration: Configuration) -> None:
        """Nothing to do."""

    def follow_switch(self, switch: Switch) -> None:
        """Nothing to do."""

    def forget(self, guid: str) -> None:
        """Nothing to do."""

    def traffic(self, guid: str, nic: str) -> PortTraffic:  # noqa: ARG002  # nobody sends anything
        """Nothing."""
        return PortTraffic(Flow(), Flow(), {})


@frozen
class FabricWiring:
    """For hosts whose guests send frames."""

    fabric: Fabric
    surroundings: Surroundings

    def follow_machine(self, configuration: Configuration) -> None:
        """Each card is a port, named by the tail of its setting."""
        self.fabric.define(configuration.owner, _machine_ports(configuration))

    def follow_switch(self, switch: Switch) -> None:
        """Ports to the host and to adapters are named by the tails of their settings."""
        self.fabric.define(switch.guid, self._switch_ports(switch))

    def forget(self, guid: str) -> None:
        """Whatever still has a cable there sends into the void."""
        self.fabric.define(guid, {})

    def traffic(self, guid: str, nic: str) -> PortTraffic:
        """What the data plane has counted."""
        return self.fabric.traffic(guid, nic)

    def _switch_ports(self, switch: Switch) -> Mapping[str, PortSettings]:
        return {port.tail: self._own_port(switch, port) for port in switch.ports()}

    def _own_port(self, switch: Switch, port: Resource) -> PortSettings:
        """A port to the host itself, or to the physical networks of its adapters."""
        adapters = self.surroundings.uplink(port).adapters
        if not adapters:
            mac = bytes.fromhex(internal_mac(port))
            settings = port_settings(switch.guid, mac, switch.configuration.features_of(port))
            return evolve(settings, is_hosts_own=True)
        security = Security(allow_mac_spoofing=True)
        segments = tuple(adapter.physical_network for adapter in adapters)
        return PortSettings(switch=switch.guid, vlan=EveryVlan(), security=security, segments=segments)


_MAC_ADDRESS = re.compile("[0-9A-Fa-f]{12}")


def _mac(nic: Resource) -> bytes:
    """An adapter's address; nobody sends from that of one that has none yet."""
    address = nic.text("Address")
    return bytes.fromhex(address) if _MAC_ADDRESS.fullmatch(address) else b""


def _machine_ports(configuration: Configuration) -> Mapping[str, PortSettings]:
    ports: dict[str, PortSettings] = {}
    for connection in configuration.of_class(ETHERNET_CONNECTION.class_name):
        nic = configuration.resource(parent_tail(connection))
        if nic is not None:
            features = configuration.features_of(connection)
            ports[nic.tail] = port_settings(connected_switch(connection), _mac(nic), features)
    return ports
