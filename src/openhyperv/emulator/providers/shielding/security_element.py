"""Msvm_SecurityElement: what protects a machine now, as opposed to what its settings ask for."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import instances_of, links, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import COMPUTER_SYSTEM
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.providers.links import link
from openhyperv.emulator.providers.machines.finding import system_at, text_key
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_ELEMENT = "Msvm_SecurityElement"
_COMPONENT = "Msvm_SystemComponent"


class SecurityElementProvider:
    """Settings change only while a machine is off, so what they ask for is what it has."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(_ELEMENT)
    def elements(self) -> Iterator[Instance]:
        """One for each VM."""
        return (_element(system) for system in self._host.systems)

    @lookup(_ELEMENT)
    def element(self, path: ObjectPath) -> Instance | None:
        """One VM's."""
        system = self._host.systems.find(text_key(path, "SystemName"))
        return _element(system) if system else None

    @links(_COMPONENT)
    def components(self, end: ObjectPath) -> Iterator[Instance]:
        """Between a VM and what protects it."""
        is_element = end.class_name.lower() == _ELEMENT.lower()
        found = self._host.systems.find(text_key(end, "SystemName")) if is_element else None
        system = found or system_at(self._host, end)
        if system is not None and self._host.profile.has(Release.WS2016):
            ends = {"GroupComponent": system.path, "PartComponent": _path(system)}
            yield link(_COMPONENT, ends)


def _path(system: VirtualSystem) -> ObjectPath:
    keys = {
        "CreationClassName": _ELEMENT,
        "SystemCreationClassName": COMPUTER_SYSTEM,
        "SystemName": system.guid,
    }
    return ObjectPath(_ELEMENT, keys)


def _element(system: VirtualSystem) -> Instance:
    security = system.configuration.security
    path = _path(system)
    values: dict[str, Value] = {
        **path.keys,
        "Shielded": security.get("ShieldingRequested") is True,
        "EncryptStateAndVmMigrationTrafficEnabled": security.get("EncryptStateAndVmMigrationTraffic") is True,
    }
    return Instance(_ELEMENT, values, path=path)
