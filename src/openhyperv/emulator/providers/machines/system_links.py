"""From the host and its services to virtual machines and snapshots."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import links
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import system_path, system_settings_path
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.machines.finding import system_at, system_settings_at
from openhyperv.emulator.providers.services.services import SECURITY, SNAPSHOT, SYSTEM_MANAGEMENT
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

_HOSTED = "Msvm_HostedDependency"
_AFFECTS = "Msvm_ServiceAffectsElement"
_EFFECTS = {"ElementEffects": [5]}
"""Recorded: 5, Manages."""


class SystemLinkProvider:
    """Associations between the host's side and its guests."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._path = system_path(host.name)
        # UNVERIFIED: by which association Microsoft's tools find the security service from a machine
        affecting = (SYSTEM_MANAGEMENT, SNAPSHOT, SECURITY)
        self._services = [s.path(host) for s in affecting if host.profile.has(s.since)]

    @links(_HOSTED)
    def hosted(self, end: ObjectPath) -> Iterator[Instance]:
        """Between the host and its VMs."""
        is_snapshot = end.class_name.lower() not in ("msvm_computersystem", "cim_computersystem")
        for system in () if is_snapshot else self._touched(end, whole=(self._path,)):
            yield link(_HOSTED, {"Antecedent": self._path, "Dependent": system.path})

    @links(_AFFECTS)
    def affected(self, end: ObjectPath) -> Iterator[Instance]:
        """Between services and the VMs and snapshots they manage."""
        for system in self._touched(end, whole=tuple(self._services)):
            yield from touching(end, self._effects(system))

    def _touched(self, end: ObjectPath, whole: tuple[ObjectPath, ...]) -> Iterator[VirtualSystem]:
        """The VM that an end belongs to, or every VM for an end on the host's side."""
        if end in whole:
            yield from self._host.systems
            return
        place = system_settings_at(self._host, end)
        system = place.system if place is not None and place.is_snapshot else system_at(self._host, end)
        if system is not None and not system.is_planned:
            yield system

    def _effects(self, system: VirtualSystem) -> Iterator[Instance]:
        for service in self._services:
            yield link(_AFFECTS, {"AffectedElement": system.path, "AffectingElement": service}, _EFFECTS)
            for snapshot in system.snapshots.values():
                settings = system_settings_path(snapshot.guid)
                yield link(_AFFECTS, {"AffectedElement": settings, "AffectingElement": service}, _EFFECTS)
