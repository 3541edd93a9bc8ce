"""Creating, changing and deleting instances as such (MS-WSMV 3.1.4.1.2 to 3.1.4.1.4).

Providers say which classes take it. Hyper-V's own take none: they are changed by methods of services.
"""

from __future__ import annotations

from openhyperv.emulator.cimom.change_faults import (
    already_exists,
    read_only,
    unknown_property,
    wrong_class,
)
from openhyperv.emulator.cimom.events import Change, ChangeKind, EventBus
from openhyperv.emulator.cimom.faults import not_capable
from openhyperv.emulator.cimom.registry import Registry
from openhyperv.emulator.cimom.repository import Repository
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import ClassDecl


class Changes:
    """Has providers change instances, and tells watchers of it. The caller holds the host's lock.

    :raises CimFault: from every method: no such class or instance, or its provider does not do that
    """

    def __init__(self, registry: Registry, repository: Repository, events: EventBus) -> None:
        self._registry = registry
        self._repository = repository
        self._events = events

    def create(self, decl: ClassDecl, instance: Instance) -> ObjectPath:
        """Make an instance of the values that are given and not NULL; returns its path.

        :raises CimFault: there is one with its keys, or it has what its class has not
        """
        create = self._registry.changing(decl).creates
        if create is None:
            raise not_capable(decl.name, "create an instance")
        _check_members(decl, instance)
        if (taken := self._repository.present(decl, instance)) is not None:
            raise already_exists(taken)
        path = create(_without_nulls(instance))
        self._tell(ChangeKind.CREATION, self._repository.find(path))
        return path

    def modify(self, decl: ClassDecl, path: ObjectPath, instance: Instance) -> Instance:
        """Give an object the properties of ``instance``; absent ones stay. Returns it as it is then.

        :raises CimFault: a key or a property that is not writable would change
        """
        modify = self._registry.changing(decl).modifies
        if modify is None:
            raise not_capable(decl.name, "change an instance")
        _check_members(decl, instance)
        before = self._repository.find(path)
        now = modify(before.path or path, _differences(decl, before, instance))
        if now.path is None:
            now.path = before.path
        self._tell(ChangeKind.MODIFICATION, now, before)
        return now

    def delete(self, decl: ClassDecl, path: ObjectPath) -> None:
        """Delete an object."""
        delete = self._registry.changing(decl).deletes
        if delete is None:
            raise not_capable(decl.name, "delete an instance")
        last = self._repository.find(path)
        delete(last.path or path)
        self._tell(ChangeKind.DELETION, last)

    def _tell(self, kind: ChangeKind, target: Instance, before: Instance | None = None) -> None:
        self._events.publish(Change(kind, target, before))


def _check_members(decl: ClassDecl, instance: Instance) -> None:
    if instance.class_name.lower() != decl.name.lower():
        raise wrong_class(instance.class_name, decl.name)
    unknown = next((name for name in instance if decl.property(name) is None), None)
    if unknown is not None:
        raise unknown_property(decl.name, unknown)


def _without_nulls(instance: Instance) -> Instance:
    given = {name: value for name, value in instance.items() if value is not None}
    return Instance(instance.class_name, given, namespace=instance.namespace)


def _differences(decl: ClassDecl, before: Instance, wanted: Instance) -> Instance:
    """The properties that change, all of them writable."""
    changed = {name: value for name, value in wanted.items() if value != before.get(name)}
    for name in changed:
        prop = decl.property(name)
        if prop is not None and (prop.is_key or not prop.is_writable):
            raise read_only(decl.name, prop.name)
    return Instance(decl.name, changed, namespace=decl.namespace, path=before.path)
