"""CIM's types, and the declarations of classes that carry them (DSP0004, MS-WMI)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from openhyperv.wire.instance import Instance
    from openhyperv.wire.path import ObjectPath

Scalar: TypeAlias = "bool | int | float | str | datetime | timedelta | ObjectPath | Instance"
Value: TypeAlias = "Scalar | Sequence[Scalar | None] | None"
"""A CIM value as Python sees it.

Integers are ``int``; string and char16 are ``str``; a datetime is an aware ``datetime``, an interval a
``timedelta``; a reference is an ``ObjectPath``; an embedded object is an ``Instance`` (an embedded
instance *as text* is a ``str``, see :mod:`openhyperv.wire.cimxml`); arrays are lists; NULL is ``None``.
"""


class CimType(StrEnum):
    """The types a property or parameter can be declared with."""

    BOOLEAN = "boolean"
    UINT8 = "uint8"
    UINT16 = "uint16"
    UINT32 = "uint32"
    UINT64 = "uint64"
    SINT8 = "sint8"
    SINT16 = "sint16"
    SINT32 = "sint32"
    SINT64 = "sint64"
    REAL32 = "real32"
    REAL64 = "real64"
    CHAR16 = "char16"
    STRING = "string"
    DATETIME = "datetime"
    REFERENCE = "ref"
    OBJECT = "object"


INTEGER_BOUNDS: Mapping[CimType, tuple[int, int]] = {
    **{CimType(f"uint{bits}"): (0, 2**bits - 1) for bits in (8, 16, 32, 64)},
    **{CimType(f"sint{bits}"): (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
}


@frozen
class PropertyDecl:
    """A property of a class, inherited ones included."""

    name: str
    type: CimType
    is_array: bool = False
    is_key: bool = False
    is_writable: bool = False
    declared_in: str = ""
    default: Value = None
    values: Mapping[str, str] = {}
    embedded_class: str | None = None
    reference_class: str | None = None


@frozen
class ParameterDecl:
    """A parameter of a method; ``is_in`` and ``is_out`` are both true for an in/out one."""

    name: str
    type: CimType
    is_array: bool = False
    is_in: bool = True
    is_out: bool = False
    is_optional: bool = False
    embedded_class: str | None = None
    reference_class: str | None = None


@frozen
class MethodDecl:
    """A method of a class; ``returns`` is None where it returns nothing."""

    name: str
    parameters: tuple[ParameterDecl, ...]
    returns: CimType | None = CimType.UINT32
    is_static: bool = False
    codes: Mapping[int, str] = {}

    def parameter(self, name: str) -> ParameterDecl | None:
        """The parameter of exactly that name: Windows compares parameter names with case."""
        return next((p for p in self.parameters if p.name == name), None)


@frozen(eq=False)
class ClassDecl:
    """A class with everything it inherits; maps are keyed by lower-case name."""

    name: str
    namespace: str
    ancestry: tuple[str, ...]
    properties: Mapping[str, PropertyDecl]
    methods: Mapping[str, MethodDecl]
    keys: tuple[str, ...] = ()
    is_abstract: bool = False
    is_association: bool = False
    is_indication: bool = False
    is_singleton: bool = False
    lower_ancestry: frozenset[str] = frozenset()

    def is_a(self, class_name: str) -> bool:
        """True for the class itself and for each of its ancestors, in any case of letters."""
        return class_name.lower() in self.lower_ancestry

    def property(self, name: str) -> PropertyDecl | None:
        """The property of that name, in any case of letters."""
        return self.properties.get(name.lower())

    def method(self, name: str) -> MethodDecl | None:
        """The method of that name, in any case of letters."""
        return self.methods.get(name.lower())


class ClassLookup(Protocol):
    """Where declarations come from; :class:`openhyperv.cim.schema.Schema` is one."""

    def find(self, namespace: str, class_name: str) -> ClassDecl | None:
        """The declaration, or None where the namespace or class is unknown; any case of letters."""
        ...
