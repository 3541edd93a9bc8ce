"""Instances and values from WS-CIM elements (DSP0230, with Windows' deviations: MS-WSMV).

What is known of a class' members is prepared once for all instances; see :class:`Members`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from attrs import frozen
from lxml import etree

from openhyperv.errors import InvalidInputError, ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.instance import Instance
from openhyperv.wire.scalars import read_time, text_reader
from openhyperv.wire.types import CimType, ClassDecl, ClassLookup, ParameterDecl, PropertyDecl, Scalar, Value
from openhyperv.wire.wscim_bytes import ByteArrays
from openhyperv.wire.wscim_references import EPR, PARAMETERS, read_reference
from openhyperv.wire.xml import Element, local_name, qualified

_NIL = qualified(uris.XSI, "nil")
_TYPE = qualified(uris.XSI, "type")
_KNOWN_CLASSES = 1024
"""More than the schema has."""

_Read: TypeAlias = "Callable[[Element, ClassLookup], Scalar | None]"


@frozen
class _Member:
    name: str
    is_array: bool
    read: _Read


class Members:
    """What the children of an element may be, found by their tags in any case of letters."""

    def __init__(
        self, declared: Iterable[PropertyDecl | ParameterDecl], namespace: str | None = None
    ) -> None:
        """``namespace`` is the one that the children usually have; others are taken as well."""
        declared = tuple(declared)
        members = [_Member(decl.name, decl.is_array, _READERS[decl.type]) for decl in declared]
        self._by_name = {member.name.lower(): member for member in members}
        self._by_tag = {qualified(namespace, member.name): member for member in members}
        arrays = [decl.name for decl in declared if decl.is_array and decl.type is CimType.UINT8]
        self._bytes = ByteArrays(namespace, arrays) if arrays and namespace else None

    def find(self, child: Element) -> _Member | None:
        """How to read a child; None for one that is not declared."""
        return self._by_tag.get(child.tag) or self._by_name.get(local_name(child).lower())

    def take_bytes(self, element: Element) -> tuple[dict[str, Value], Iterable[Element]]:
        """Large arrays of bytes, and the children that are still to be read."""
        return ({}, element) if self._bytes is None else self._bytes.take(element)


@lru_cache(maxsize=_KNOWN_CLASSES)
def class_members(decl: ClassDecl) -> Members:
    """The properties of a class."""
    return Members(decl.properties.values(), uris.class_uri(decl.namespace, decl.name))


@lru_cache(maxsize=_KNOWN_CLASSES)
def column_members(decl: ClassDecl) -> Members:
    """The properties of a class where they stand in no namespace: the columns of a query."""
    return Members(decl.properties.values())


def read_instance(element: Element, lookup: ClassLookup) -> Instance:
    """The instance that a class element holds; its class comes from the element's own namespace.

    Properties that the schema does not know are read as strings: a newer host may have more than we know.

    :raises ProtocolError: the element is in no class' namespace, or a value does not fit its type
    """
    return _read_object(element, etree.QName(element).namespace or "", lookup)


def _read_object(element: Element, uri: str, lookup: ClassLookup) -> Instance:
    namespace, class_name = uris.split_class_uri(uri)
    decl = lookup.find(namespace, class_name)
    members = NO_MEMBERS if decl is None else class_members(decl)
    return Instance(class_name, read_members(element, members, lookup), namespace=namespace)


def read_members(element: Element, members: Members, lookup: ClassLookup) -> dict[str, Value]:
    """Child elements as values by name.

    :raises ProtocolError: a value does not fit its type
    """
    values, children = members.take_bytes(element)
    for child in children:
        member = members.find(child)
        if member is None:
            _collect_undeclared(values, child, lookup)
        elif not member.is_array:
            values[member.name] = member.read(child, lookup)
        elif child.get(_NIL) != "true" or len(child):
            entries = values.setdefault(member.name, [])
            entries.append(member.read(child, lookup))  # type: ignore[union-attr]
    return values


def _collect_undeclared(values: dict[str, Value], child: Element, lookup: ClassLookup) -> None:
    """An undeclared member that repeats can only be an array."""
    name = local_name(child)
    value = _READERS[_guessed_type(child)](child, lookup)
    known = values.get(name)
    if name not in values:
        values[name] = value
    elif isinstance(known, list):
        known.append(value)
    else:
        values[name] = [known, value]  # type: ignore[list-item]


def _guessed_type(child: Element) -> CimType:
    if child.find(PARAMETERS) is not None or child.find(EPR) is not None:
        return CimType.REFERENCE
    if child.get(_TYPE) and len(child):
        return CimType.OBJECT
    return CimType.DATETIME if len(child) else CimType.STRING


def _reader(read: Callable[[Element, ClassLookup], Scalar]) -> _Read:
    """Also reads nil, and blames the element for what does not fit its type."""

    def read_or_nil(element: Element, lookup: ClassLookup) -> Scalar | None:
        if element.get(_NIL) in ("true", "1"):
            return None
        try:
            return read(element, lookup)
        except InvalidInputError as error:
            raise ProtocolError(error.message, target=local_name(element)) from error

    return read_or_nil


def _text_reader(kind: CimType) -> _Read:
    convert = text_reader(kind)
    return _reader(lambda element, _: convert(element.text or ""))


def _read_datetime(element: Element, _: ClassLookup) -> datetime | timedelta:
    inner = element[0] if len(element) else element
    return read_time(inner.text or "")


def _read_embedded(element: Element, lookup: ClassLookup) -> Instance:
    """An embedded object; its class is told by ``xsi:type`` or by its children's namespace."""
    return _read_object(element, _embedded_uri(element), lookup)


def _embedded_uri(element: Element) -> str:
    prefix, _, _ = (element.get(_TYPE) or "").rpartition(":")
    uri = element.nsmap.get(prefix or None)
    if uri and uri.lower().startswith(uris.WMI_PREFIX):
        return uri
    return next((etree.QName(member).namespace or "" for member in element), "")


_STRUCTURED: dict[CimType, _Read] = {
    CimType.REFERENCE: _reader(lambda element, _: read_reference(element)),
    CimType.OBJECT: _reader(_read_embedded),
    CimType.DATETIME: _reader(_read_datetime),
}
_READERS = _STRUCTURED | {kind: _text_reader(kind) for kind in CimType if kind not in _STRUCTURED}
NO_MEMBERS = Members(())
"""Nothing declared."""
