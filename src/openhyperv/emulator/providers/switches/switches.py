"""Virtual switches, their settings, and the settings of their own ports and features."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from openhyperv.emulator.cimom.provider import instances_of, links, lookup
from openhyperv.emulator.host.defaults import feature_kinds
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import setting_path
from openhyperv.emulator.host.switches.defaults import SWITCH_SETTINGS
from openhyperv.emulator.host.switches.switch import SWITCH, Switch, Switches
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.per_class import ClassProvider, class_provider
from openhyperv.emulator.providers.switches.views import switch_instance, switch_settings
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

PORT_SETTING = "Msvm_EthernetPortAllocationSettingData"


class SwitchProvider:
    """The switches with their settings."""

    def __init__(self, host: Host, switches: Switches) -> None:
        self._host = host
        self._switches = switches

    @instances_of(SWITCH, is_announced=True)
    def all(self) -> Iterator[Instance]:
        """Every switch."""
        return map(switch_instance, self._switches)

    @lookup(SWITCH)
    def one(self, path: ObjectPath) -> Instance | None:
        """One switch."""
        switch = self._switches.find(str(path.key("Name")))
        return switch_instance(switch) if switch else None

    @instances_of(SWITCH_SETTINGS, is_announced=True)
    def all_settings(self) -> Iterator[Instance]:
        """The settings of every switch."""
        return map(switch_settings, self._switches)

    @lookup(SWITCH_SETTINGS)
    def settings(self, path: ObjectPath) -> Instance | None:
        """The settings of one switch."""
        switch, tail = self._switches.locate(str(path.key("InstanceID"))) or (None, "")
        return switch_settings(switch) if switch and not tail else None

    @instances_of(PORT_SETTING)
    def all_ports(self) -> Iterator[Instance]:
        """The settings of every switch's own ports; those of VMs come from another provider."""
        for switch in self._switches:
            yield from (self._host.views.resource(switch.configuration, port) for port in switch.ports())

    @lookup(PORT_SETTING)
    def port(self, path: ObjectPath) -> Instance | None:
        """The setting of one port of a switch."""
        switch, tail = self._switches.locate(str(path.key("InstanceID"))) or (None, "")
        port = switch.configuration.resource(tail) if switch else None
        return self._host.views.resource(switch.configuration, port) if switch and port else None

    @instances_of("Msvm_SettingsDefineState")
    def states(self) -> Iterator[Instance]:
        """From each switch to its settings."""
        ends = ({"ManagedElement": s.path, "SettingData": settings_path(s)} for s in self._switches)
        return (link("Msvm_SettingsDefineState", both) for both in ends)

    @links("Msvm_SettingsDefineState")
    def states_near(self, end: ObjectPath) -> Iterator[Instance]:
        """The same for one switch or setting."""
        return touching(end, self.states())

    @links("Msvm_VirtualSystemSettingDataComponent")
    def port_settings(self, end: ObjectPath) -> Iterator[Instance]:
        """From each switch's settings to those of its ports."""
        pairs = (
            {
                "GroupComponent": settings_path(s),
                "PartComponent": self._host.views.path(s.configuration, port),
            }
            for s in self._switches
            for port in s.ports()
        )
        return touching(end, (link("Msvm_VirtualSystemSettingDataComponent", both) for both in pairs))


class SwitchFeatureLinkProvider:
    """From switches and their ports to the settings of their features."""

    def __init__(self, host: Host, switches: Switches) -> None:
        self._host = host
        self._switches = switches

    @links("Msvm_VirtualEthernetSwitchSettingDataComponent")
    def of_switches(self, end: ObjectPath) -> Iterator[Instance]:
        """From each switch's settings to its own features."""
        pairs = (
            {"GroupComponent": settings_path(s), "PartComponent": self._host.views.path(s.configuration, f)}
            for s in self._switches
            for f in s.configuration.features()
            if not f.kind.place_of(f.tail)
        )
        return touching(end, (link("Msvm_VirtualEthernetSwitchSettingDataComponent", both) for both in pairs))

    @links("Msvm_EthernetPortSettingDataComponent")
    def of_ports(self, end: ObjectPath) -> Iterator[Instance]:
        """From the setting of each switch's own port to its features."""
        view = self._host.views.path
        pairs = (
            {"GroupComponent": view(s.configuration, port), "PartComponent": view(s.configuration, feature)}
            for s in self._switches
            for port in s.ports()
            for feature in s.configuration.features_of(port)
        )
        return touching(end, (link("Msvm_EthernetPortSettingDataComponent", both) for both in pairs))


def switch_feature_providers(host: Host, switches: Switches) -> Iterator[ClassProvider]:
    """A provider for each class of feature that switches and their own ports have."""
    for kind in feature_kinds(host.profile):
        render = partial(_features, host, switches, kind.class_name)
        yield class_provider(kind.class_name, render, partial(_feature, host, switches, kind.class_name))


def settings_path(switch: Switch) -> ObjectPath:
    """The settings of a switch."""
    return setting_path(SWITCH_SETTINGS, switch.configuration.instance_id)


def _features(host: Host, switches: Switches, class_name: str) -> Iterable[Instance]:
    for switch in switches:
        for feature in switch.configuration.features():
            if feature.class_name == class_name:
                yield host.views.feature(switch.configuration, feature)


def _feature(host: Host, switches: Switches, class_name: str, path: ObjectPath) -> Instance | None:
    switch, tail = switches.locate(str(path.key("InstanceID"))) or (None, "")
    feature = switch.configuration.feature(tail) if switch else None
    if switch is None or feature is None or feature.class_name != class_name:
        return None
    return host.views.feature(switch.configuration, feature)
