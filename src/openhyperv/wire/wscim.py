"""Instances, values and references as WS-CIM elements and back (DSP0230, with Windows' deviations: MS-WSMV).

Recorded from Windows: properties in alphabetical order, in the namespace of the instance's own class; null
scalars as ``xsi:nil``, null and empty arrays left out; references unwrapped inside their element.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from lxml import etree

from openhyperv.errors import InvalidInputError, ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import KeyValue, ObjectPath
from openhyperv.wire.scalars import read_time, scalar_from_text, scalar_to_text
from openhyperv.wire.types import CimType, ClassDecl, ClassLookup, ParameterDecl, PropertyDecl, Scalar, Value
from openhyperv.wire.xml import Element, add, child, local_name, qualified

_NIL = qualified(uris.XSI, "nil")
_TYPE = qualified(uris.XSI, "type")
_DATETIME = qualified(uris.CIM_COMMON, "Datetime")
_INTERVAL = qualified(uris.CIM_COMMON, "Interval")
_PARAMETERS = qualified(uris.ADDRESSING, "ReferenceParameters")
_SELECTOR_SET = qualified(uris.WSMAN, "SelectorSet")
_SELECTOR = qualified(uris.WSMAN, "Selector")
_EPR = qualified(uris.ADDRESSING, "EndpointReference")
_NAMESPACE_SELECTOR = "__cimnamespace"

Declared = PropertyDecl | ParameterDecl
"""What has a name and a CIM type."""


# --- writing ---------------------------------------------------------------------------------------------


def write_instance(parent: Element, instance: Instance, decl: ClassDecl) -> Element:
    """Append an instance as an element of its class, with every property that the class declares."""
    uri = uris.class_uri(decl.namespace, decl.name)
    namespaces = {"p": uri, "xsi": uris.XSI, "cim": uris.CIM_COMMON}
    element = etree.SubElement(parent, f"{{{uri}}}{decl.name}", nsmap=namespaces)
    element.set(_TYPE, f"p:{decl.name}_Type")
    write_properties(element, instance, decl)
    return element


def write_properties(element: Element, instance: Instance, decl: ClassDecl) -> None:
    """Append the declared properties of an instance, NULL ones as nil."""
    prefix = f"{{{uris.class_uri(decl.namespace, decl.name)}}}"
    for prop in decl.properties.values():
        write_value(element, prefix + prop.name, instance.get(prop.name), prop)


def write_value(parent: Element, tag: str, value: Value, decl: Declared) -> None:
    """Append a property or parameter: one element, one per array entry, or none for a null array."""
    if decl.is_array:
        for entry in _entries(value):
            _append(parent, tag, entry)
    else:
        _append(parent, tag, _single(value, decl))


def _entries(value: Value) -> Sequence[Scalar | None]:
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def _single(value: Value, decl: Declared) -> Scalar | None:
    if isinstance(value, list | tuple):
        raise InvalidInputError("An array was given for a scalar.", target=decl.name)
    return value  # type: ignore[return-value]


def _append(parent: Element, tag: str, value: Scalar | None) -> None:
    if isinstance(value, Instance):
        _append_embedded(parent, tag, value)
        return
    element = etree.SubElement(parent, tag)
    if value is None:
        element.set(_NIL, "true")
    elif isinstance(value, ObjectPath):
        write_reference(element, value)
    elif isinstance(value, datetime | timedelta):
        wrapper = _DATETIME if isinstance(value, datetime) else _INTERVAL
        etree.SubElement(element, wrapper).text = scalar_to_text(value)
    else:
        element.text = scalar_to_text(value)


def _append_embedded(parent: Element, tag: str, value: Instance) -> None:
    """An embedded object: the properties it has, in its own class' namespace."""
    uri = uris.class_uri(value.namespace, value.class_name)
    element = etree.SubElement(parent, tag, {_TYPE: f"q:{value.class_name}_Type"}, nsmap={"q": uri})
    for name, entry in sorted(value.items(), key=lambda item: item[0].lower()):
        for scalar in _entries(entry) if isinstance(entry, list | tuple) else (entry,):
            _append(element, f"{{{uri}}}{name}", scalar)  # type: ignore[arg-type]


def write_reference(element: Element, path: ObjectPath) -> None:
    """Fill an element with an endpoint reference's content, unwrapped, as Windows sends and wants it."""
    add(element, uris.ADDRESSING, "Address", uris.ANONYMOUS)
    parameters = add(element, uris.ADDRESSING, "ReferenceParameters")
    add(parameters, uris.WSMAN, "ResourceURI", uris.class_uri(path.namespace, path.class_name))
    write_selectors(parameters, path.keys, path.namespace)


def write_selectors(parent: Element, keys: Mapping[str, KeyValue], namespace: str | None = None) -> None:
    """Append a SelectorSet; ``namespace`` adds the ``__cimnamespace`` selector that replies carry."""
    selectors = etree.SubElement(parent, _SELECTOR_SET)
    if namespace is not None:
        etree.SubElement(selectors, _SELECTOR, Name=_NAMESPACE_SELECTOR).text = namespace
    for name, value in keys.items():
        selector = etree.SubElement(selectors, _SELECTOR, Name=name)
        if isinstance(value, ObjectPath):
            write_reference(etree.SubElement(selector, _EPR), value)
        else:
            selector.text = scalar_to_text(value)


# --- reading ---------------------------------------------------------------------------------------------


def read_instance(element: Element, lookup: ClassLookup) -> Instance:
    """The instance that a class element holds; its class comes from the element's own namespace.

    Properties that the schema does not know are read as strings: a newer host may have more than we know.

    :raises ProtocolError: the element is in no class' namespace, or a value does not fit its type
    """
    namespace, class_name = uris.split_class_uri(etree.QName(element).namespace or "")
    return Instance(class_name, _read_properties(element, namespace, class_name, lookup), namespace=namespace)


def _read_properties(
    element: Element, namespace: str, class_name: str, lookup: ClassLookup
) -> dict[str, Value]:
    decl = lookup.find(namespace, class_name)
    declared: Mapping[str, PropertyDecl] = decl.properties if decl else {}
    return read_members(element, declared, lookup)


def read_members(element: Element, declared: Mapping[str, Declared], lookup: ClassLookup) -> dict[str, Value]:
    """Child elements as values by name; ``declared`` is keyed by lower-case name."""
    values: dict[str, Value] = {}
    for member in element:
        name = local_name(member)
        decl = declared.get(name.lower())
        if decl is None:
            _collect_undeclared(values, name, member, lookup)
        elif not decl.is_array:
            values[decl.name] = read_scalar(member, decl.type, lookup)
        elif member.get(_NIL) != "true" or len(member):
            entries = values.setdefault(decl.name, [])
            entries.append(read_scalar(member, decl.type, lookup))  # type: ignore[union-attr]
    return values


def _collect_undeclared(values: dict[str, Value], name: str, member: Element, lookup: ClassLookup) -> None:
    """An undeclared member that repeats can only be an array."""
    value = read_scalar(member, _guessed_type(member), lookup)
    known = values.get(name)
    if name not in values:
        values[name] = value
    elif isinstance(known, list):
        known.append(value)
    else:
        values[name] = [known, value]  # type: ignore[list-item]


def _guessed_type(member: Element) -> CimType:
    if child(member, uris.ADDRESSING, "ReferenceParameters") is not None or member.find(_EPR) is not None:
        return CimType.REFERENCE
    if member.get(_TYPE) and len(member):
        return CimType.OBJECT
    return CimType.DATETIME if len(member) else CimType.STRING


def read_scalar(element: Element, kind: CimType, lookup: ClassLookup) -> Scalar | None:
    """One value.

    :raises ProtocolError: the text does not fit the type
    """
    if element.get(_NIL) in ("true", "1"):
        return None
    try:
        if kind is CimType.REFERENCE:
            return read_reference(element)
        if kind is CimType.OBJECT:
            return read_embedded(element, lookup)
        if kind is CimType.DATETIME:
            return _read_datetime(element)
        return scalar_from_text(element.text or "", kind)
    except InvalidInputError as error:
        raise ProtocolError(error.message, target=local_name(element)) from error


def _read_datetime(element: Element) -> datetime | timedelta:
    inner = element[0] if len(element) else element
    return read_time(inner.text or "")


def read_embedded(element: Element, lookup: ClassLookup) -> Instance:
    """An embedded object; its class is told by ``xsi:type`` or by its children's namespace."""
    namespace, class_name = uris.split_class_uri(_embedded_uri(element))
    return Instance(class_name, _read_properties(element, namespace, class_name, lookup), namespace=namespace)


def _embedded_uri(element: Element) -> str:
    prefix, _, _ = (element.get(_TYPE) or "").rpartition(":")
    uri = element.nsmap.get(prefix or None)
    if uri and uri.lower().startswith(uris.WMI_PREFIX):
        return uri
    return next((etree.QName(member).namespace or "" for member in element), "")


def read_reference(element: Element) -> ObjectPath:
    """The path in an element, with or without an EndpointReference around it.

    :raises ProtocolError: there is no resource URI in it
    """
    wrapped = element.find(_EPR)
    parameters = (element if wrapped is None else wrapped).find(_PARAMETERS)
    uri = None if parameters is None else parameters.findtext(qualified(uris.WSMAN, "ResourceURI"))
    if parameters is None or not uri:
        raise ProtocolError("A reference has no resource URI.", target=local_name(element))
    namespace, class_name = uris.split_class_uri(uri)
    selector_set = parameters.find(_SELECTOR_SET)
    keys = {} if selector_set is None else dict(read_selectors(selector_set))
    return ObjectPath(class_name, _without_namespace(keys), namespace)


def _without_namespace(keys: Mapping[str, KeyValue]) -> dict[str, KeyValue]:
    return {name: value for name, value in keys.items() if name.lower() != _NAMESPACE_SELECTOR}


def read_selectors(selector_set: Element) -> Iterable[tuple[str, KeyValue]]:
    """Names and values of a SelectorSet, ``__cimnamespace`` included; references as paths."""
    for selector in selector_set.iterchildren(_SELECTOR):
        name = selector.get("Name", "")
        inner = selector.find(_EPR)
        yield name, (selector.text or "").strip() if inner is None else read_reference(inner)
