"""Embedded instances as CIM-XML text (DSP0201 2.0, what WMI's ``GetText(CimDtd20)`` writes).

This is the form in which every ``...SettingData`` parameter of Hyper-V travels. Recorded from Windows: the
TYPE attribute is required, an array must be a PROPERTY.ARRAY, datetimes are in DMTF form.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen
from lxml import etree

from openhyperv.errors import InvalidInputError, ProtocolError
from openhyperv.wire.cimxml_references import append_reference, read_reference
from openhyperv.wire.cimxml_values import CimXmlError, CimXmlShapeError, value_from_text, value_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath, parse_path
from openhyperv.wire.types import CimType, ClassDecl, ClassLookup, PropertyDecl, Scalar, Value
from openhyperv.wire.xml import Element, parse_xml

_NAMESPACE = "root/virtualization/v2"
_MAX_DEPTH = 8
_SYSTEM_PREFIX = "__"
_TYPE_NAMES = frozenset(kind.value for kind in CimType)
_ARRAY_TAGS = ("PROPERTY.ARRAY", "PROPERTY.OBJECTARRAY")
_REFERENCE_TAG = "PROPERTY.REFERENCE"
_PROPERTY_TAGS = ("PROPERTY", "PROPERTY.OBJECT", _REFERENCE_TAG, *_ARRAY_TAGS)


# --- writing ---------------------------------------------------------------------------------------------


def instance_to_text(instance: Instance, lookup: ClassLookup) -> str:
    """The instance as an ``INSTANCE`` element with the properties it has; NULL ones carry no value.

    :raises CimXmlError: the class or a property is unknown, or a value does not fit its type
    """
    decl = _declared(instance.class_name, instance.namespace, lookup)
    root = etree.Element("INSTANCE", CLASSNAME=decl.name)
    for name, value in instance.items():
        _append_property(root, _property(decl, name), value, lookup)
    return etree.tostring(root, encoding="unicode")


def _declared(class_name: str, namespace: str, lookup: ClassLookup) -> ClassDecl:
    decl = lookup.find(namespace, class_name)
    if decl is None:
        raise CimXmlError(f"There is no class {class_name} in {namespace}.")
    return decl


def _property(decl: ClassDecl, name: str) -> PropertyDecl:
    prop = decl.property(name)
    if prop is None:
        raise CimXmlError(f"The class {decl.name} has no such property.", target=name)
    return prop


def _append_property(root: Element, prop: PropertyDecl, value: Value, lookup: ClassLookup) -> None:
    if prop.is_array:
        _append_array(root, prop, value, lookup)
    elif isinstance(value, list | tuple):
        raise CimXmlError("An array was given for a single value.", target=prop.name)
    elif prop.type is CimType.REFERENCE:
        _append_reference_property(root, prop, value)
    else:
        element = etree.SubElement(root, "PROPERTY", _attributes(prop))
        if value is not None:
            etree.SubElement(element, "VALUE").text = _text(value, prop, lookup)  # type: ignore[arg-type]


def _attributes(prop: PropertyDecl) -> dict[str, str]:
    if prop.type is CimType.OBJECT:
        return {"NAME": prop.name, "TYPE": "string", "EmbeddedObject": "object"}
    return {"NAME": prop.name, "TYPE": prop.type.value}


def _append_array(root: Element, prop: PropertyDecl, value: Value, lookup: ClassLookup) -> None:
    element = etree.SubElement(root, "PROPERTY.ARRAY", _attributes(prop))
    if value is None:
        return
    if not isinstance(value, list | tuple):
        raise CimXmlError("A single value was given for an array.", target=prop.name)
    array = etree.SubElement(element, "VALUE.ARRAY")
    for entry in value:
        if entry is None:
            etree.SubElement(array, "VALUE.NULL")
        else:
            etree.SubElement(array, "VALUE").text = _text(entry, prop, lookup)


def _append_reference_property(root: Element, prop: PropertyDecl, value: Value) -> None:
    element = etree.SubElement(root, _REFERENCE_TAG, NAME=prop.name)
    if prop.reference_class:
        element.set("REFERENCECLASS", prop.reference_class)
    if isinstance(value, ObjectPath):
        append_reference(element, value)
    elif value is not None:
        raise CimXmlError("A reference takes an object path.", target=prop.name)


def _text(value: Scalar, prop: PropertyDecl, lookup: ClassLookup) -> str:
    if prop.type is CimType.OBJECT and isinstance(value, Instance):
        return instance_to_text(value, lookup)
    return value_to_text(value, prop)


# --- reading ---------------------------------------------------------------------------------------------


@frozen
class _Reading:
    """What reading needs everywhere: where classes are declared, and how deep it is inside other texts."""

    lookup: ClassLookup
    namespace: str
    depth: int = 0

    def inner(self) -> _Reading:
        if self.depth >= _MAX_DEPTH:
            raise CimXmlError("Embedded objects are nested too deeply.")
        return evolve(self, depth=self.depth + 1)


def instance_from_text(text: str, lookup: ClassLookup, *, namespace: str = _NAMESPACE) -> Instance:
    """The instance in an ``INSTANCE`` element, its properties spelled as declared.

    Of the system properties only ``__PATH`` is read, into ``path``; qualifiers, origins and PROPAGATED are
    passed over. A property without value is there as NULL.

    :raises CimXmlError: no such element, an unknown class or property, a form or text that does not fit
    """
    return _read_text(text, _Reading(lookup, namespace))


def _read_text(text: str, reading: _Reading) -> Instance:
    try:
        root = parse_xml(text.encode("utf-8"))
    except (ProtocolError, UnicodeEncodeError) as error:
        raise CimXmlError(f"The embedded instance cannot be read: {error}") from error
    return _read_instance(root, reading)


def _read_instance(element: Element, reading: _Reading) -> Instance:
    if element.tag != "INSTANCE":
        raise CimXmlError(f"An INSTANCE element was expected, not {element.tag}.")
    decl = _declared(element.get("CLASSNAME", ""), reading.namespace, reading.lookup)
    values: dict[str, Value] = {}
    path = None
    for member in element.iterchildren(*_PROPERTY_TAGS):
        name = member.get("NAME", "")
        if name.startswith(_SYSTEM_PREFIX):
            path = _own_path(member, reading) if name.upper() == "__PATH" else path
        else:
            prop = _property(decl, name)
            if prop.name in values:
                raise CimXmlError("The property is given twice.", target=prop.name)
            values[prop.name] = _read_property(member, prop, reading)
    return Instance(decl.name, values, namespace=reading.namespace, path=path)


def _own_path(member: Element, reading: _Reading) -> ObjectPath | None:
    text = member.findtext("VALUE")
    try:
        return parse_path(text, default_namespace=reading.namespace) if text else None
    except InvalidInputError as error:
        raise CimXmlError(error.message, target="__PATH") from error


def _read_property(member: Element, prop: PropertyDecl, reading: _Reading) -> Value:
    if prop.type is CimType.REFERENCE:
        return _read_reference(member, prop, reading)
    if (member.tag in _ARRAY_TAGS) != prop.is_array or member.tag == _REFERENCE_TAG:
        raise CimXmlShapeError(f"The property cannot be given as {member.tag}.", target=prop.name)
    # UNVERIFIED: a known TYPE other than the declared one is accepted if the text fits the declared type
    if member.get("TYPE") not in _TYPE_NAMES and not member.tag.startswith("PROPERTY.OBJECT"):
        raise CimXmlError("The property's TYPE is missing or unknown.", target=prop.name)
    if prop.is_array:
        return _read_array(member, prop, reading)
    value = member.find("VALUE") if member.tag == "PROPERTY" else member.find("VALUE.OBJECT")
    return None if value is None else _read_value(value, prop, reading)


def _read_reference(member: Element, prop: PropertyDecl, reading: _Reading) -> ObjectPath | None:
    if member.tag != _REFERENCE_TAG:
        raise CimXmlError(f"A reference cannot be given as {member.tag}.", target=prop.name)
    value = next(member.iterchildren("VALUE.REFERENCE", "VALUE"), None)
    try:
        return None if value is None else read_reference(value, reading.namespace)
    except InvalidInputError as error:
        raise CimXmlError(error.message, target=prop.name) from error


def _read_array(member: Element, prop: PropertyDecl, reading: _Reading) -> Sequence[Scalar | None] | None:
    array = next(member.iterchildren("VALUE.ARRAY", "VALUE.OBJECTARRAY"), None)
    if array is None:
        return None
    return [
        None if entry.tag == "VALUE.NULL" else _read_value(entry, prop, reading)
        for entry in array.iterchildren("VALUE", "VALUE.OBJECT", "VALUE.NULL")
    ]


def _read_value(element: Element, prop: PropertyDecl, reading: _Reading) -> Scalar:
    if prop.type is not CimType.OBJECT:
        return value_from_text(element.text or "", prop)
    inner = element.find("INSTANCE")
    if inner is None:
        return _read_text(element.text or "", reading.inner())
    return _read_instance(inner, reading.inner())
