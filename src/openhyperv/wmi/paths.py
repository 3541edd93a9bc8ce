"""Object paths as WMI writes them: with the server's own name, numbers bare, and as an object with parts."""

from __future__ import annotations

from typing import NoReturn

from attrs import evolve, frozen

from openhyperv.errors import InvalidInputError
from openhyperv.wire.path import UNNAMED_KEY, KeyValue, ObjectPath
from openhyperv.wire.scalars import scalar_from_text
from openhyperv.wire.types import INTEGER_BOUNDS, CimType, ClassDecl, ClassLookup

_BARE = frozenset((*INTEGER_BOUNDS, CimType.BOOLEAN))
"""Types whose values stand without quotes in a path."""


def with_key_name(path: ObjectPath, lookup: ClassLookup) -> ObjectPath:
    """The path itself, or that of ``Class="value"`` with the name of the class's one key."""
    decl = lookup.find(path.namespace, path.class_name)
    value = path.keys.get(UNNAMED_KEY)
    return path if decl is None or value is None else evolve(path, keys=dict.fromkeys(decl.keys[:1], value))


def full_path(path: ObjectPath, server: str, lookup: ClassLookup) -> ObjectPath:
    """The path with the server's name, also in references among its keys, and keys typed as declared.

    WS-Management has texts for all keys.
    """
    decl = lookup.find(path.namespace, path.class_name)
    keys = {name: _key(name, value, decl, server, lookup) for name, value in path.keys.items()}
    return evolve(path, keys=keys, server=server)


def _key(name: str, value: KeyValue, decl: ClassDecl | None, server: str, lookup: ClassLookup) -> KeyValue:
    if isinstance(value, ObjectPath):
        return full_path(value, server, lookup)
    prop = None if decl is None else decl.property(name)
    if prop is None or prop.type not in _BARE or not isinstance(value, str):
        return value
    try:
        return scalar_from_text(value, prop.type)  # type: ignore[return-value]  # an integer or a boolean
    except InvalidInputError:
        return value


@frozen
class WmiPath:
    """What ``path()`` returns: the parts of a path that PyMI knows; the other parts are refused."""

    Path: str
    RelPath: str
    Class: str
    Namespace: str
    Server: str
    IsClass: bool

    @classmethod
    def of(cls, path: ObjectPath, *, is_class: bool = False) -> WmiPath:
        """The parts of a full path."""
        namespace = path.namespace.replace("/", "\\")
        return cls(
            str(path), str(evolve(path, server=None)), path.class_name, namespace, path.server or "", is_class
        )

    def __str__(self) -> str:
        return self.Path

    def _refused(self) -> NoReturn:
        raise NotImplementedError("This part of an SWbemObjectPath is not offered.")

    Authority = DisplayName = IsSingleton = Keys = Locale = ParentNamespace = Security_ = property(_refused)
