"""Endpoint references and selectors as elements and back (DSP0230 7.2, DSP0227; MS-WSMV 2.2.4.31).

Recorded from Windows: a reference stands unwrapped inside its property's element.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree

from openhyperv.errors import ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.path import KeyValue, ObjectPath
from openhyperv.wire.scalars import scalar_to_text
from openhyperv.wire.xml import Element, add, local_name, qualified, write_text

EPR = qualified(uris.ADDRESSING, "EndpointReference")
PARAMETERS = qualified(uris.ADDRESSING, "ReferenceParameters")
_RESOURCE_URI = qualified(uris.WSMAN, "ResourceURI")
_SELECTOR_SET = qualified(uris.WSMAN, "SelectorSet")
_SELECTOR = qualified(uris.WSMAN, "Selector")
_NAMESPACE_SELECTOR = "__cimnamespace"


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
            write_reference(etree.SubElement(selector, EPR), value)
        else:
            write_text(selector, scalar_to_text(value))


def read_reference(element: Element) -> ObjectPath:
    """The path in an element, with or without an EndpointReference around it.

    :raises ProtocolError: there is no resource URI in it
    """
    wrapped = element.find(EPR)
    parameters = (element if wrapped is None else wrapped).find(PARAMETERS)
    uri = None if parameters is None else parameters.findtext(_RESOURCE_URI)
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
        inner = selector.find(EPR)
        yield name, (selector.text or "").strip() if inner is None else read_reference(inner)
