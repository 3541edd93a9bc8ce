"""What classes and objects have in common: the names that their class declares."""

from __future__ import annotations

from openhyperv.wire.types import ClassDecl
from openhyperv.wmi.namespace import Namespace


class Declared:
    """Something of a class in a namespace; the lists are as older modules had them."""

    __slots__ = ("_decl", "_space")

    _decl: ClassDecl
    _space: Namespace

    @property
    def keys(self) -> list[str]:
        """The names of the key properties."""
        return list(self._decl.keys)

    @property
    def properties(self) -> list[str]:
        """The names of all properties, sorted."""
        return sorted(prop.name for prop in self._decl.properties.values())

    @property
    def methods(self) -> list[str]:
        """The names of all methods, sorted."""
        return sorted(method.name for method in self._decl.methods.values())

    def derivation(self) -> tuple[str, ...]:
        """The names of the classes above this one, nearest first."""
        return self._decl.ancestry[1:]

    def get_class_name(self) -> str:
        """The class's name."""
        return self._decl.name
