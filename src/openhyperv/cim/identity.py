"""Which object an instance is: its path, from the keys that its class declares."""

from __future__ import annotations

from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import ClassDecl

_KEY_TYPES = (str, int, ObjectPath)


def path_of(instance: Instance, decl: ClassDecl) -> ObjectPath | None:
    """The path of an instance of a class, its own if it has one; None if it lacks a key."""
    if instance.path is not None:
        return instance.path
    keys = {name: value for name in decl.keys if isinstance(value := instance.get(name), _KEY_TYPES)}
    if len(keys) < len(decl.keys) or not (keys or decl.is_singleton):
        return None
    return ObjectPath(decl.name, keys, instance.namespace)
