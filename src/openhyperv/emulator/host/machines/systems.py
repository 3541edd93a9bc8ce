"""The virtual systems of a host, realized and planned, and their snapshots: by GUID or InstanceID."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from openhyperv.emulator.host.identities import split_id
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.virtual_system import Snapshot, VirtualSystem
from openhyperv.emulator.host.settings import Feature, Resource


@frozen(eq=False)
class Place:
    """Where an InstanceID leads: a VM, and its configuration or that of one of its snapshots."""

    system: VirtualSystem
    configuration: Configuration
    tail: str

    @property
    def is_snapshot(self) -> bool:
        """True where the configuration is a snapshot's."""
        return self.configuration is not self.system.configuration

    @property
    def resource(self) -> Resource | None:
        """The device's setting that the InstanceID names."""
        return self.configuration.resource(self.tail)

    @property
    def feature(self) -> Feature | None:
        """The connection's feature that the InstanceID names."""
        return self.configuration.feature(self.tail)


class Systems:
    """Every virtual system; use it under the host's lock.

    A planned one has no GUID that a realized one has. Iterating and counting leave planned ones out.
    """

    def __init__(self) -> None:
        self._by_guid: dict[str, VirtualSystem] = {}
        self._by_snapshot: dict[str, VirtualSystem] = {}

    def __iter__(self) -> Iterator[VirtualSystem]:
        return (system for system in self.with_planned() if not system.is_planned)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def planned(self) -> Iterator[VirtualSystem]:
        """Every planned system."""
        return (system for system in self.with_planned() if system.is_planned)

    def with_planned(self) -> Iterator[VirtualSystem]:
        """Every virtual system, planned or not."""
        return iter(list(self._by_guid.values()))

    def find(self, guid: str) -> VirtualSystem | None:
        """The VM of that GUID, in any case of letters, unless it is only planned."""
        system = self._by_guid.get(guid.lower())
        return None if system is None or system.is_planned else system

    def is_on(self, guid: str) -> bool:
        """True while the VM of that GUID has a guest."""
        system = self.find(guid)
        return system is not None and system.state.is_on

    def find_planned(self, guid: str) -> VirtualSystem | None:
        """The planned system of that GUID, in any case of letters."""
        system = self._by_guid.get(guid.lower())
        return system if system is not None and system.is_planned else None

    def has_identity(self, guid: str) -> bool:
        """True where a VM, a planned one or a snapshot has that GUID already."""
        return guid.lower() in self._by_guid or guid.lower() in self._by_snapshot

    def configurations(self) -> Iterator[Configuration]:
        """The configuration of every VM, planned ones included, and of every snapshot."""
        for system in self.with_planned():
            yield system.configuration
            yield from (snapshot.configuration for snapshot in system.snapshots.values())

    def locate(self, instance_id: str) -> Place | None:
        """Where an InstanceID of a VM's or snapshot's settings leads; the thing itself may not exist."""
        owner, tail = split_id(instance_id) or ("", "")
        system = self._by_guid.get(owner.lower())
        if system is not None:
            return Place(system, system.configuration, tail)
        system = self._by_snapshot.get(owner.lower())
        snapshot = system.find_snapshot(owner) if system else None
        return Place(system, snapshot.configuration, tail) if system and snapshot else None

    def add(self, system: VirtualSystem) -> None:
        """Take in a VM with its snapshots."""
        self._by_guid[system.guid.lower()] = system
        for key in system.snapshots:
            self._by_snapshot[key] = system

    def remove(self, system: VirtualSystem) -> None:
        """Forget a VM with its snapshots."""
        del self._by_guid[system.guid.lower()]
        for key in system.snapshots:
            del self._by_snapshot[key]

    def add_snapshot(self, system: VirtualSystem, snapshot: Snapshot) -> None:
        """Take in a VM's new snapshot."""
        system.snapshots[snapshot.guid.lower()] = snapshot
        self._by_snapshot[snapshot.guid.lower()] = system

    def remove_snapshot(self, system: VirtualSystem, snapshot: Snapshot) -> None:
        """Forget one snapshot; its children become children of its parent."""
        for child in system.children_of(snapshot.guid):
            child.parent = snapshot.parent
        if (system.current_parent or "").lower() == snapshot.guid.lower():
            system.current_parent = snapshot.parent
        if (system.last_applied or "").lower() == snapshot.guid.lower():
            system.last_applied = None
        del system.snapshots[snapshot.guid.lower()]
        del self._by_snapshot[snapshot.guid.lower()]
