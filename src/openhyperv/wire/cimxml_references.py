"""Object paths as CIM-XML elements and back (DSP0201 5.2.4, ``VALUE.REFERENCE``)."""

from __future__ import annotations

from lxml import etree

from openhyperv.errors import InvalidInputError
from openhyperv.wire.path import KeyValue, ObjectPath, parse_path
from openhyperv.wire.scalars import xml_text
from openhyperv.wire.xml import Element


def append_reference(parent: Element, path: ObjectPath) -> None:
    """Append the path as a ``VALUE.REFERENCE``, with its namespace, and its host where it has one."""
    reference = etree.SubElement(parent, "VALUE.REFERENCE")
    if path.server is None:
        place = etree.SubElement(reference, "LOCALINSTANCEPATH")
        _append_namespace(place, path.namespace)
    else:
        place = etree.SubElement(reference, "INSTANCEPATH")
        namespace_path = etree.SubElement(place, "NAMESPACEPATH")
        etree.SubElement(namespace_path, "HOST").text = path.server
        _append_namespace(namespace_path, path.namespace)
    _append_name(place, path)


def _append_namespace(parent: Element, namespace: str) -> None:
    local = etree.SubElement(parent, "LOCALNAMESPACEPATH")
    for part in namespace.split("/"):
        etree.SubElement(local, "NAMESPACE", NAME=part)


def _append_name(parent: Element, path: ObjectPath) -> None:
    name = etree.SubElement(parent, "INSTANCENAME", CLASSNAME=path.class_name)
    for key, value in path.keys.items():
        binding = etree.SubElement(name, "KEYBINDING", NAME=key)
        if isinstance(value, ObjectPath):
            append_reference(binding, value)
        else:
            kind, text = _key_text(value)
            etree.SubElement(binding, "KEYVALUE", VALUETYPE=kind).text = text


def _key_text(value: KeyValue) -> tuple[str, str]:
    if isinstance(value, bool):
        return "boolean", "TRUE" if value else "FALSE"
    return ("numeric", str(value)) if isinstance(value, int) else ("string", xml_text(str(value)))


def read_reference(element: Element, namespace: str) -> ObjectPath:
    """The path in a ``VALUE.REFERENCE``: as elements of any of the standard's forms, or as text.

    ``namespace`` is where a path without one lies.

    :raises InvalidInputError: it holds no path
    """
    name = element.find(".//INSTANCENAME")
    if name is None:
        return parse_path(element.text or "", default_namespace=namespace)
    keys = _keys(name, namespace)
    class_name = _attribute(name, "CLASSNAME")
    place = name.getparent()
    if place is None or place is element:
        return ObjectPath(class_name, keys, namespace)
    return ObjectPath(class_name, keys, _namespace(place) or namespace, place.findtext("NAMESPACEPATH/HOST"))


def _namespace(place: Element) -> str:
    local = place.find("NAMESPACEPATH/LOCALNAMESPACEPATH")
    local = place.find("LOCALNAMESPACEPATH") if local is None else local
    return "" if local is None else "/".join(_attribute(part, "NAME") for part in local)


def _keys(name: Element, namespace: str) -> dict[str, KeyValue]:
    keys: dict[str, KeyValue] = {}
    for binding in name.iterchildren("KEYBINDING"):
        value = next(iter(binding), None)
        if value is None:
            raise InvalidInputError("A key in a CIM-XML reference has no value.")
        keys[_attribute(binding, "NAME")] = _key(value, namespace)
    return keys


def _key(value: Element, namespace: str) -> KeyValue:
    if value.tag == "VALUE.REFERENCE":
        return read_reference(value, namespace)
    text = value.text or ""
    match value.get("VALUETYPE", "string"):
        case "boolean":
            return text.strip().upper() == "TRUE"
        case "numeric":
            return _number(text)
    return text


def _number(text: str) -> int:
    try:
        return int(text.strip()[:20])
    except ValueError:
        raise InvalidInputError(f"{text[:80]!r} is not a number.") from None


def _attribute(element: Element, name: str) -> str:
    value = element.get(name)
    if not value:
        raise InvalidInputError(f"A CIM-XML {element.tag} has no {name}.")
    return value
