"""The virtual switches of a host. Use them under the host's lock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Protocol

from attrs import define, field

from openhyperv.emulator.host.identities import new_guid, split_id, system_path
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.switches.bandwidth import BandwidthMode
from openhyperv.wire.path import ObjectPath

SWITCH = "Msvm_VirtualEthernetSwitch"


@define(eq=False)
class Switch:
    """A virtual switch: its configuration holds the ports to the outside and to the host as resources.

    ``miniport`` is the GUID of the extension adapter that the switch identifies itself by. ``extensions``
    holds the GUIDs of extensions that somebody has switched on or off.
    """

    configuration: Configuration
    miniport: str = field(factory=new_guid)
    created: datetime = field(factory=lambda: datetime.now(UTC))
    extensions: dict[str, bool] = field(factory=dict)

    @property
    def guid(self) -> str:
        """Its Name, and the owner in the InstanceIDs of its settings."""
        return self.configuration.owner

    @property
    def name(self) -> str:
        """The display name; not unique."""
        return self.configuration.name

    @property
    def path(self) -> ObjectPath:
        """The Msvm_VirtualEthernetSwitch."""
        return system_path(self.guid, SWITCH)

    def ports(self) -> Iterator[Resource]:
        """The settings of its ports to adapters and to the host, oldest first."""
        return self.configuration.resources()


class SwitchKeeper(Protocol):
    """Where switches outlive a restart."""

    def load(self) -> Iterator[Switch]:
        """Every switch that was kept, oldest first."""
        ...

    def save(self, switch: Switch) -> None:
        """Keep a switch as it is now."""
        ...

    def delete(self, switch: Switch) -> None:
        """Keep a switch no longer."""
        ...


class SwitchWiring(Protocol):
    """What carries the frames of switches: it hears of each change at once."""

    def follow_switch(self, switch: Switch) -> None:
        """A switch has these ports of its own now."""
        ...

    def forget(self, guid: str) -> None:
        """A switch is gone."""
        ...


class Switches:
    """Every switch, found by GUID; changes are kept."""

    def __init__(self, keeper: SwitchKeeper, wiring: SwitchWiring) -> None:
        self._keeper = keeper
        self._wiring = wiring
        self._by_guid = {switch.guid.lower(): switch for switch in keeper.load()}
        for switch in self:
            wiring.follow_switch(switch)

    def __iter__(self) -> Iterator[Switch]:
        return iter(list(self._by_guid.values()))

    def find(self, guid: str) -> Switch | None:
        """The switch of that GUID, in any case of letters."""
        return self._by_guid.get(guid.lower())

    def locate(self, instance_id: str) -> tuple[Switch, str] | None:
        """The switch that an InstanceID of its settings belongs to, and the tail; None if to no switch."""
        owner, tail = split_id(instance_id) or ("", "")
        switch = self.find(owner)
        return (switch, tail) if switch else None

    def name_of(self, guid: str) -> str | None:
        """The ElementName of the switch of that GUID, None where there is none."""
        switch = self.find(guid)
        return switch.name if switch else None

    def bandwidth_mode_of(self, guid: str) -> BandwidthMode | None:
        """How the switch of that GUID guarantees bandwidth, None where there is none."""
        switch = self.find(guid)
        return _bandwidth_mode(switch.configuration) if switch else None

    def add(self, switch: Switch) -> None:
        """Take in a switch."""
        self._keeper.save(switch)
        self._by_guid[switch.guid.lower()] = switch
        self._wiring.follow_switch(switch)

    def reconfigure(self, switch: Switch, configuration: Configuration) -> None:
        """Give a switch another configuration."""
        switch.configuration = configuration
        self._wiring.follow_switch(switch)
        self._keeper.save(switch)

    def set_extension(self, switch: Switch, guid: str, *, is_enabled: bool) -> None:
        """Have a switch run an extension, or no longer."""
        switch.extensions[guid] = is_enabled
        self._keeper.save(switch)

    def remove(self, switch: Switch) -> None:
        """Forget a switch."""
        self._keeper.delete(switch)
        del self._by_guid[switch.guid.lower()]
        self._wiring.forget(switch.guid)


def _bandwidth_mode(settings: Configuration) -> BandwidthMode:
    """What the settings say; by default it is by weight, or not at all with SR-IOV (New-VMSwitch)."""
    mode = settings.value("BandwidthReservationMode")
    if not isinstance(mode, int) or mode == 0:
        return BandwidthMode.NONE if settings.value("IOVPreferred") is True else BandwidthMode.WEIGHT
    return BandwidthMode(mode)
