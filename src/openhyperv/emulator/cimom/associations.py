"""ASSOCIATORS OF and REFERENCES OF (Microsoft, "ASSOCIATORS OF Statement", "REFERENCES OF Statement").

Which classes may stand at an end is not taken from the schema, since Hyper-V's own data goes beyond it
(recorded: Msvm_SettingsDefineState also leads from devices to their settings).
"""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.faults import (
    CimFault,
    invalid_query,
    invalid_query_class,
    not_capable,
    not_supported,
)
from openhyperv.emulator.cimom.registry import Registry
from openhyperv.emulator.cimom.repository import Repository
from openhyperv.emulator.cimom.selectors import checked_keys
from openhyperv.wire.fault import WbemCode
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import ClassDecl
from openhyperv.wire.wql import AssociatorsOf, ReferencesOf


class Associations:
    """Follows associations. The caller holds the host's lock."""

    def __init__(self, schema: Schema, registry: Registry, repository: Repository) -> None:
        self._schema = schema
        self._registry = registry
        self._repository = repository

    def references(self, query: ReferencesOf) -> Iterator[Instance]:
        """The association instances that refer to the object.

        :raises CimFault: there is no such object or class, or definitions of classes are asked for
        """
        source = self._source(query)
        for link in self._links(source, query.result_class, query.role):
            yield self._cut(link) if query.keys_only else link

    def associators(self, query: AssociatorsOf) -> Iterator[Instance]:
        """The objects at the other ends, each once; ends without object are passed over.

        :raises CimFault: as with :meth:`references`
        """
        source = self._source(query)
        result = None if query.result_class is None else self._class(source, query.result_class)
        seen: set[ObjectPath] = set()
        for link in self._links(source, query.association_class, query.role):
            for end in _other_ends(link, source, query.role, query.result_role):
                if end not in seen and self._is_of(end, result):
                    seen.add(end)
                    yield from self._end(end, keys_only=query.keys_only)

    def _source(self, query: AssociatorsOf | ReferencesOf) -> ObjectPath:
        """The object itself, under the class and the keys that it really has."""
        if query.class_defs_only or query.required_qualifier is not None:
            raise not_supported("Definitions and qualifiers of classes cannot be queried.")
        decl = self._class(query.path, query.path.class_name)
        try:
            checked_keys(query.path, decl)
        except CimFault as wrong_keys:
            raise invalid_query(wrong_keys.fault.reason, WbemCode.INVALID_OBJECT_PATH) from wrong_keys
        source = self._repository.find(query.path).path
        return query.path if source is None else source

    def _class(self, source: ObjectPath, class_name: str) -> ClassDecl:
        decl = self._schema.find(source.namespace, class_name)
        if decl is None:
            raise invalid_query_class(class_name)
        return decl

    def _links(self, source: ObjectPath, class_name: str | None, role: str | None) -> Iterator[Instance]:
        for decl in self._association_classes(source, class_name):
            links = self._repository.links(decl, source)
            yield from (link for link in links if _roles(link, source, role))

    def _association_classes(self, source: ObjectPath, class_name: str | None) -> list[ClassDecl]:
        """Every association that is answered, or those of the class asked for, of which there must be one."""
        every = list(self._registry.association_classes(source.namespace))
        if class_name is None:
            return every
        wanted = self._class(source, class_name)
        found = [decl for decl in every if decl.is_a(wanted.name)]
        if not found:
            raise not_capable(wanted.name, "list its instances")
        return found

    def _is_of(self, end: ObjectPath, wanted: ClassDecl | None) -> bool:
        if wanted is None:
            return True
        decl = self._schema.find(end.namespace, end.class_name)
        return decl is not None and decl.is_a(wanted.name)

    def _end(self, end: ObjectPath, *, keys_only: bool) -> Iterator[Instance]:
        try:
            found = self._repository.find(end)
        except CimFault:
            return  # a reference to what is gone, or to what no provider answers for
        yield self._cut(found) if keys_only else found

    def _cut(self, instance: Instance) -> Instance:
        """The keys alone."""
        decl = self._repository.declaration(instance.namespace, instance.class_name)
        keys = {key: instance.get(key) for key in decl.keys}
        return Instance(instance.class_name, keys, namespace=instance.namespace, path=instance.path)


def _roles(link: Instance, source: ObjectPath, role: str | None) -> list[str]:
    """The properties by which an association refers to the object."""
    return [name for name, end in _ends(link, role) if end == source]


def _other_ends(
    link: Instance, source: ObjectPath, role: str | None, result_role: str | None
) -> Iterator[ObjectPath]:
    """What the association refers to beside the object; itself, where it is at both ends."""
    for own in _roles(link, source, role):
        yield from (end for name, end in _ends(link, result_role) if name != own)


def _ends(link: Instance, role: str | None) -> Iterator[tuple[str, ObjectPath]]:
    """The references of an association with their properties' names, or the one in a role."""
    for name, value in link.items():
        if isinstance(value, ObjectPath) and (role is None or name.lower() == role.lower()):
            yield name, value
