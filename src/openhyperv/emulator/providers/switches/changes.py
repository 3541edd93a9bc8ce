"""Finding the virtual switch that a call is about, and changing it as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from openhyperv.emulator.cimom.events import ChangeKind
from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.switches.defaults import SWITCH_SETTINGS
from openhyperv.emulator.host.switches.switch import SWITCH, Switch, Switches
from openhyperv.emulator.providers.switches.views import switch_instance, switch_settings
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value


class SwitchChanges:
    """What all methods of the switch management service begin with."""

    def __init__(self, host: Host, switches: Switches) -> None:
        self._host = host
        self._switches = switches

    def wanted(self, reference: Value) -> Switch:
        """The switch that a reference to it, or to its settings, means.

        :raises MethodFailure: with 32773, there is none
        """
        switch = None
        if isinstance(reference, ObjectPath) and reference.class_name.lower() == SWITCH.lower():
            switch = self._switches.find(str(reference.key("Name")))
        elif isinstance(reference, ObjectPath) and reference.class_name.lower() == SWITCH_SETTINGS.lower():
            switch, tail = self._switches.locate(str(reference.key("InstanceID"))) or (None, "")
            switch = None if tail else switch
        if switch is None:
            raise MethodFailure(Code.INVALID_PARAMETER, "There is no such virtual switch.")
        return switch

    def common(self, instance_ids: Sequence[str]) -> Switch:
        """The one switch that settings belong to.

        :raises MethodFailure: with 32773, to none, or to several
        """
        found = {place[0] if (place := self._switches.locate(i)) else None for i in instance_ids}
        switch = found.pop() if len(found) == 1 else None
        if switch is None:
            raise MethodFailure(Code.INVALID_PARAMETER, "The settings are not those of one virtual switch.")
        return switch

    @contextmanager
    def changing(self, switch: Switch) -> Iterator[Configuration]:
        """Edit a copy inside; it takes effect when nothing refused, and watchers are told."""
        before = switch_instance(switch), switch_settings(switch)
        edited = switch.configuration.copy(switch.guid)
        yield edited
        self._switches.reconfigure(switch, edited)
        self._host.publish(ChangeKind.MODIFICATION, switch_instance(switch), before[0])
        self._host.publish(ChangeKind.MODIFICATION, switch_settings(switch), before[1])


def referred_ids(references: Value) -> list[str]:
    """The InstanceIDs in an array of references."""
    entries = references if isinstance(references, list | tuple) else []
    return [str(entry.key("InstanceID")) for entry in entries if isinstance(entry, ObjectPath)]
