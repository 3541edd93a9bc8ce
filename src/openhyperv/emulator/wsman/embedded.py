"""Objects inside of objects: they too have every property of their class (MS-WSMV 2.2.4, DSP0230)."""

from __future__ import annotations

from functools import lru_cache

from openhyperv.wire.instance import Instance
from openhyperv.wire.types import CimType, ClassDecl, ClassLookup, Value

_KNOWN_CLASSES = 1024
"""More than the schema has."""


def with_whole_members(instance: Instance, decl: ClassDecl, lookup: ClassLookup) -> Instance:
    """The instance, its embedded objects completed; most classes have none."""
    names = _object_properties(decl)
    if not names:
        return instance
    return instance.with_values({name: whole(instance.get(name), lookup) for name in names})


@lru_cache(maxsize=_KNOWN_CLASSES)
def _object_properties(decl: ClassDecl) -> tuple[str, ...]:
    return tuple(prop.name for prop in decl.properties.values() if prop.type is CimType.OBJECT)


def whole(value: Value, lookup: ClassLookup) -> Value:
    """A value whose objects have all properties of their class: scalars that were left out are NULL."""
    if isinstance(value, list | tuple):
        return [_completed(entry, lookup) if isinstance(entry, Instance) else entry for entry in value]
    return _completed(value, lookup) if isinstance(value, Instance) else value


def _completed(instance: Instance, lookup: ClassLookup) -> Instance:
    decl = lookup.find(instance.namespace, instance.class_name)
    if decl is None:
        return instance
    values = {prop.name: instance.get(prop.name) for prop in decl.properties.values() if not prop.is_array}
    arrays = (prop.name for prop in decl.properties.values() if prop.is_array)
    values |= {name: value for name in arrays if (value := instance.get(name)) is not None}
    return Instance(decl.name, values, namespace=decl.namespace, path=instance.path)
