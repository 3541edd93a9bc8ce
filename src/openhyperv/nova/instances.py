"""Which machine of the host is which instance.

An instance's machine carries its UUID, and a mark that it is Nova's, in its notes. Machines that somebody
else made are never seen here, so that a new service may begin on a host that is in use.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from time import monotonic
from uuid import UUID

from attrs import frozen
from nova import exception
from nova.objects.instance import Instance

from openhyperv.errors import NotFoundError
from openhyperv.hyperv.creation.notes import identity_in
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.summary import MachineSummary
from openhyperv.hyperv.virtual_machine import VirtualMachine

MARK = "This machine belongs to OpenStack Nova."
_FRESH_S = 5.0
"""How old a look at all machines may be for a caller who allows a cached answer."""


@frozen
class _Look:
    """All machines as they were at a moment: Nova's by instance UUID, the GUIDs of the others."""

    machines: dict[str, MachineSummary]
    strangers: frozenset[str]
    at_s: float


class Instances:
    """Nova's instances on one host. Thread-safe."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._lock = Lock()
        self._guids: dict[str, str] = {}
        self._strangers: frozenset[str] = frozenset()
        self._look: _Look | None = None

    def all(self, *, cached: bool = False) -> dict[str, MachineSummary]:
        """Every instance's machine by the instance's UUID, in one request; none if a recent look will do."""
        with self._lock:
            if not cached or self._look is None or monotonic() - self._look.at_s > _FRESH_S:
                self._look = self._read()
                self._guids = {uuid: machine.guid for uuid, machine in self._look.machines.items()}
                self._strangers = self._look.strangers
            return self._look.machines

    def _read(self) -> _Look:
        machines, strangers = {}, set()
        for machine in self._host.summaries():
            identity = identity_in(machine.notes)
            if identity is not None and is_marked(machine.notes):
                machines[str(identity)] = machine
            else:
                strangers.add(machine.guid)
        return _Look(machines, frozenset(strangers), monotonic())

    def summary(self, instance: Instance, *, cached: bool = False) -> MachineSummary:
        """What the host says of one instance.

        :raises InstanceNotFound: it is not on this host
        """
        if cached:
            found = self.all(cached=True).get(instance.uuid)
            if found is not None:
                return found
        with self._known(instance) as machine:
            return machine.summary()

    def outdate(self) -> None:
        """Something happened to a machine: what was seen before is good for nobody any more."""
        with self._lock:
            self._look = None

    def remember(self, instance: Instance, machine: VirtualMachine) -> None:
        """Take note of a machine that was just made."""
        with self._lock:
            self._guids = {**self._guids, instance.uuid: machine.guid}
            self._look = None

    def forget(self, instance: Instance) -> None:
        """The instance's machine is gone."""
        with self._lock:
            self._guids = {uuid: guid for uuid, guid in self._guids.items() if uuid != instance.uuid}
            self._look = None

    def uuid_of(self, guid: str) -> str | None:
        """The instance whose machine has that GUID; None where the machine is not Nova's.

        One request for a machine that was never seen before.
        """
        if guid not in self._strangers and guid not in self._guids.values():
            self.all()
        return next((uuid for uuid, known in self._guids.items() if known == guid), None)

    def find(self, instance: Instance) -> VirtualMachine | None:
        """The instance's machine, or None; a look at all of them where it is not known yet."""
        guid = self._guids.get(instance.uuid)
        if guid is None:
            self.all()
            guid = self._guids.get(instance.uuid)
        return None if guid is None else self._host.machine(guid)

    @contextmanager
    def machine(self, instance: Instance) -> Iterator[VirtualMachine]:
        """The instance's machine, which may be changed for as long as the block lasts.

        :raises InstanceNotFound: it is not on this host, or went away meanwhile
        """
        try:
            with self._known(instance) as machine:
                yield machine
        finally:
            self.outdate()

    @contextmanager
    def _known(self, instance: Instance) -> Iterator[VirtualMachine]:
        machine = self.find(instance)
        if machine is None:
            raise exception.InstanceNotFound(instance_id=instance.uuid)
        try:
            yield machine
        except NotFoundError as error:
            self.forget(instance)
            if self.find(instance) is None:
                raise exception.InstanceNotFound(instance_id=instance.uuid) from error
            raise


def identity_of(instance: Instance) -> UUID:
    """The identity of an instance's machine."""
    return UUID(instance.uuid)


def is_marked(notes: str) -> bool:
    """True for the notes of a machine that is Nova's."""
    return MARK in notes.splitlines()
