"""Where a virtual switch's own ports lead: to adapters of the host, or to the host itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import NAMESPACE_OID, uuid5

from attrs import frozen

from openhyperv.emulator.host.hardware import Hardware, NetworkAdapter
from openhyperv.emulator.host.identities import device_path, system_path
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.switches.switch import Switch, Switches
from openhyperv.errors import InvalidInputError
from openhyperv.wire.path import ObjectPath, parse_path

EXTERNAL_PORT = "Msvm_ExternalEthernetPort"


class BadUplink(ValueError):  # noqa: N818  # read as a noun where it is caught
    """HostResource leads nowhere that a switch port can lead; methods answer with 32773."""


@frozen
class Uplink:
    """The meaning of a port's HostResource: adapters make it external, none make it internal."""

    adapters: Sequence[NetworkAdapter] = ()

    @property
    def is_internal(self) -> bool:
        """True for a port to the host's own operating system."""
        return not self.adapters


@frozen
class Surroundings:
    """What ports can lead to: the host of that name and its adapters."""

    host_name: str
    hardware: Hardware

    def uplink(self, port: Resource) -> Uplink:
        """Read a port's HostResource: adapters of this host, or the host's own Msvm_ComputerSystem.

        :raises BadUplink: it names neither, or both
        """
        targets = [_target(text) for text in port.texts("HostResource") if text]
        if targets == [system_path(self.host_name)]:
            return Uplink()
        if not targets:
            raise BadUplink("A switch's port needs a HostResource.")
        return Uplink([self._adapter(target) for target in targets])

    def host_resource(self, uplink: Uplink) -> list[str]:
        """HostResource of a port that leads there."""
        peers = [device_path(EXTERNAL_PORT, self.host_name, f"{{{a.guid}}}") for a in uplink.adapters]
        return [str(path.on(self.host_name)) for path in peers or [system_path(self.host_name)]]

    def bound(self, switches: Switches) -> Iterator[tuple[str, Switch]]:
        """The GUID of each adapter that a switch uses, with that switch."""
        for switch in switches:
            for port in switch.ports():
                for adapter in self.uplink(port).adapters:
                    yield adapter.guid, switch

    def _adapter(self, target: ObjectPath) -> NetworkAdapter:
        wanted = str(target.key("DeviceID")).lower()
        if target.class_name.lower() == EXTERNAL_PORT.lower():
            for adapter in self.hardware.adapters:
                if adapter.device_id.lower() == wanted:
                    return adapter
        raise BadUplink(f"{target} is no network adapter of this host.")


def internal_adapter_guid(port: Resource) -> str:
    """The GUID of the host's own adapter at an internal port; it follows from the port's."""
    return str(uuid5(NAMESPACE_OID, port.tail.lower())).upper()


def internal_mac(port: Resource) -> str:
    """The address of the host's own adapter at an internal port."""
    return f"00155D{internal_adapter_guid(port)[:6]}"


def _target(text: str) -> ObjectPath:
    try:
        return parse_path(text)
    except InvalidInputError as error:
        raise BadUplink(f"{text} is no object path.") from error
