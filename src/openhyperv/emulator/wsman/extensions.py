"""The option ShowExtensions: members say their CIM types (DSP0227 13.1, MS-WSMV 3.1.4.1.33).

Management clients of Windows and OMI send it; recorded is its effect on the status inside of a fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from openhyperv.wire import uris
from openhyperv.wire.envelope import RequestHeader
from openhyperv.wire.invocation import RETURN_VALUE
from openhyperv.wire.types import CimType, ClassDecl, ClassLookup, MethodDecl
from openhyperv.wire.xml import Element, local_name, qualified

_OPTION = "showextensions"
_TYPE = qualified(uris.XSI, "type")
_ITEM = qualified(uris.WSMAN, "Item")
_NAMES = {
    CimType.BOOLEAN: "Boolean",
    CimType.UINT8: "UnsignedByte",
    CimType.UINT16: "UnsignedShort",
    CimType.UINT32: "UnsignedInt",
    CimType.UINT64: "UnsignedLong",
    CimType.SINT8: "Byte",
    CimType.SINT16: "Short",
    CimType.SINT32: "Int",
    CimType.SINT64: "Long",
    CimType.REAL32: "Float",
    CimType.REAL64: "Double",
    CimType.CHAR16: "Char16",
    CimType.STRING: "String",
    CimType.DATETIME: "DateTime",
    CimType.REFERENCE: "Reference",
}
"""The types of DSP0230 7.2; embedded objects name their class instead."""


def shows_extensions(header: RequestHeader) -> bool:
    """Whether a request wants the types."""
    return any(name.lower() == _OPTION for name in header.options)


def typed_items(items: Iterator[Element], lookup: ClassLookup) -> Iterator[Element]:
    """Items of an enumeration, the instances among them with types."""
    for item in items:
        instance = item[0] if item.tag == _ITEM else item
        decl = _class_of(instance, lookup)
        if decl is not None:
            write_types(instance, _properties(decl))
        yield item


def _class_of(element: Element, lookup: ClassLookup) -> ClassDecl | None:
    namespace = str(element.tag)[1:].partition("}")[0]
    if not namespace.startswith(uris.WMI_PREFIX):
        return None
    return lookup.find(*uris.split_class_uri(namespace))


def typed_instance(element: Element, decl: ClassDecl) -> Element:
    """An instance, its properties with types."""
    return write_types(element, _properties(decl))


def typed_output(element: Element, method: MethodDecl) -> Element:
    """A method's output, its parameters and ReturnValue with types."""
    types = {parameter.name: parameter.type for parameter in method.parameters}
    if method.returns is not None:
        types[RETURN_VALUE] = method.returns
    return write_types(element, types)


def _properties(decl: ClassDecl) -> Mapping[str, CimType]:
    return {prop.name: prop.type for prop in decl.properties.values()}


def write_types(element: Element, types: Mapping[str, CimType]) -> Element:
    """Give each member that is no object its type."""
    for member in element:
        name = _NAMES.get(types.get(local_name(member), CimType.OBJECT))
        if name is not None:
            member.set(_TYPE, f"cim:cim{name}")
    return element
