"""Instances and values as WS-CIM elements (DSP0230, with Windows' deviations: MS-WSMV).

Recorded from Windows: properties in alphabetical order, in the namespace of the instance's own class; null
scalars as ``xsi:nil``, null and empty arrays left out; references unwrapped inside their element.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from functools import lru_cache

from lxml import etree

from openhyperv.errors import InvalidInputError
from openhyperv.wire import uris
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.scalars import scalar_to_text
from openhyperv.wire.types import CimType, ClassDecl, ParameterDecl, PropertyDecl, Scalar, Value
from openhyperv.wire.wscim_bytes import write_bytes
from openhyperv.wire.wscim_references import write_reference
from openhyperv.wire.xml import Element, qualified, write_text

_NIL = qualified(uris.XSI, "nil")
_TYPE = qualified(uris.XSI, "type")
_DATETIME = qualified(uris.CIM_COMMON, "Datetime")
_INTERVAL = qualified(uris.CIM_COMMON, "Interval")
_KNOWN_CLASSES = 1024
"""More than the schema has."""

_PLAIN = (str, int, float)
"""Types whose values are the text of one element."""


class Skeleton:
    """An element with a child for each of some properties, made once and copied for each instance.

    Copying all children costs less than making a few of them.
    """

    def __init__(self, element: Element, namespace: str | None, properties: Iterable[PropertyDecl]) -> None:
        """``element`` is empty and becomes the skeleton's; ``namespace`` is that of the children."""
        self._element = element
        self._properties = tuple(properties)
        for prop in self._properties:
            etree.SubElement(element, qualified(namespace, prop.name))

    def filled(self, instance: Instance) -> Element:
        """A new, parentless element with the values of an instance, NULL ones as nil."""
        element = deepcopy(self._element)
        for place, prop in zip(list(element), self._properties, strict=True):
            value = instance.get(prop.name)
            if value is None and not prop.is_array:
                place.set(_NIL, "true")
            elif prop.is_array or not isinstance(value, _PLAIN):
                _replace(element, place, value, prop)
            else:
                place.text = scalar_to_text(value)
        return element


def _replace(parent: Element, place: Element, value: Value, decl: PropertyDecl) -> None:
    """Put as many elements as the value takes where there is an empty one."""
    before = len(parent)
    write_value(parent, str(place.tag), value, decl)
    for made in [parent[at] for at in range(before, len(parent))]:
        place.addprevious(made)
    parent.remove(place)


@lru_cache(maxsize=_KNOWN_CLASSES)
def _class_skeleton(decl: ClassDecl) -> Skeleton:
    return _skeleton(decl, decl.properties.values())


def _skeleton(decl: ClassDecl, properties: Iterable[PropertyDecl]) -> Skeleton:
    uri = uris.class_uri(decl.namespace, decl.name)
    namespaces = {"xsi": uris.XSI, "p": uri, "cim": uris.CIM_COMMON}
    element = etree.Element(qualified(uri, decl.name), {_TYPE: f"p:{decl.name}_Type"}, nsmap=namespaces)
    return Skeleton(element, uri, properties)


def instance_element(instance: Instance, decl: ClassDecl) -> Element:
    """An instance as an element of its class, with every property that the class declares; parentless."""
    return _class_skeleton(decl).filled(instance)


def partial_element(instance: Instance, decl: ClassDecl) -> Element:
    """An instance as an element of its class with no more properties than it has; parentless."""
    return _skeleton(decl, (prop for prop in decl.properties.values() if prop.name in instance)).filled(
        instance
    )


def write_value(parent: Element, tag: str, value: Value, decl: PropertyDecl | ParameterDecl) -> None:
    """Append a property or parameter: one element, one per array entry, or none for a null array."""
    if not decl.is_array:
        _append(parent, tag, _single(value, decl))
        return
    if decl.type is CimType.UINT8:
        write_bytes(parent, tag, _entries(value))
        return
    for entry in _entries(value):
        _append(parent, tag, entry)


def _entries(value: Value) -> Sequence[Scalar | None]:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def _single(value: Value, decl: PropertyDecl | ParameterDecl) -> Scalar | None:
    if isinstance(value, list | tuple):
        raise InvalidInputError("An array was given for a scalar.", target=decl.name)
    return value  # type: ignore[return-value]


def _append(parent: Element, tag: str, value: Scalar | None) -> None:
    if isinstance(value, str | int | float):
        write_text(etree.SubElement(parent, tag), scalar_to_text(value))
    elif value is None:
        etree.SubElement(parent, tag).set(_NIL, "true")
    elif isinstance(value, ObjectPath):
        write_reference(etree.SubElement(parent, tag), value)
    elif isinstance(value, datetime | timedelta):
        wrapper = _DATETIME if isinstance(value, datetime) else _INTERVAL
        etree.SubElement(etree.SubElement(parent, tag), wrapper).text = scalar_to_text(value)
    else:
        _append_embedded(parent, tag, value)


def _append_embedded(parent: Element, tag: str, value: Instance) -> None:
    """An embedded object: the properties it has, in its own class' namespace."""
    uri = uris.class_uri(value.namespace, value.class_name)
    element = etree.SubElement(parent, tag, {_TYPE: f"q:{value.class_name}_Type"}, nsmap={"q": uri})
    for name, entry in sorted(value.items(), key=lambda item: item[0].lower()):
        for scalar in _entries(entry) if isinstance(entry, list | tuple) else (entry,):
            _append(element, f"{{{uri}}}{name}", scalar)  # type: ignore[arg-type]
