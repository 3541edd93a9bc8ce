"""From virtual machines to their snapshots, and from snapshot to snapshot."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import links
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import system_settings_path
from openhyperv.emulator.host.machines.virtual_system import Snapshot, VirtualSystem
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.machines.finding import any_system_at, system_settings_at
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

_OF_SYSTEM = "Msvm_SnapshotOfVirtualSystem"
_NEWEST = "Msvm_MostCurrentSnapshotInBranch"
_APPLIED = "Msvm_LastAppliedSnapshot"
_PARENT = "Msvm_ParentChildSettingData"


class SnapshotLinkProvider:
    """Associations of snapshots."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def _system(self, end: ObjectPath) -> VirtualSystem | None:
        place = system_settings_at(self._host, end)
        return place.system if place else any_system_at(self._host, end)

    @links(_OF_SYSTEM)
    def of_system(self, end: ObjectPath) -> Iterator[Instance]:
        """Between a VM and all its snapshots."""
        system = self._system(end)
        snapshots = system.snapshots.values() if system else ()
        return touching(end, (_link(_OF_SYSTEM, system, s.guid) for s in snapshots if system))

    @links(_NEWEST)
    def newest(self, end: ObjectPath) -> Iterator[Instance]:
        """Between a VM and the snapshot that its present state grew from."""
        system = self._system(end)
        if system is not None and system.current_parent is not None:
            yield from touching(end, [_link(_NEWEST, system, system.current_parent)])

    @links(_APPLIED)
    def applied(self, end: ObjectPath) -> Iterator[Instance]:
        """Between a VM and the snapshot that was last applied to it."""
        system = self._system(end)
        if system is not None and system.last_applied is not None:
            ends = {"Antecedent": system_settings_path(system.last_applied), "Dependent": system.path}
            yield from touching(end, [link(_APPLIED, ends)])

    @links(_PARENT)
    def parents(self, end: ObjectPath) -> Iterator[Instance]:
        """Between a snapshot and those taken next after it."""
        system = self._system(end)
        return touching(end, _family(system) if system else ())


def _link(association: str, system: VirtualSystem, snapshot: str) -> Instance:
    ends = {"Antecedent": system.path, "Dependent": system_settings_path(snapshot)}
    return link(association, ends)


def _family(system: VirtualSystem) -> Iterator[Instance]:
    for child in system.snapshots.values():
        parent: Snapshot | None = system.find_snapshot(child.parent) if child.parent else None
        if parent is not None:
            yield _generation(parent.guid, child.guid)
    if system.current_parent is not None:
        yield _generation(system.current_parent, system.guid)


def _generation(parent: str, child: str) -> Instance:
    ends = {"Antecedent": system_settings_path(parent), "Dependent": system_settings_path(child)}
    return link(_PARENT, ends)
