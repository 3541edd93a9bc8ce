"""WS-Transfer beyond the instance itself: what an answer to Create holds (WS-Transfer 3.4, DSP0226 7.6)."""

from __future__ import annotations

from lxml import etree

from openhyperv.wire import uris
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wscim_references import read_reference, write_reference
from openhyperv.wire.xml import Element, qualified

_RESOURCE_CREATED = qualified(uris.TRANSFER, "ResourceCreated")


def resource_created(path: ObjectPath, address: str) -> Element:
    """``x:ResourceCreated``: the endpoint reference of what was created, at the address that was asked.

    Recorded of shells: no EndpointReference around it, and the request's own address in it.
    """
    element = etree.Element(_RESOURCE_CREATED, nsmap={"x": uris.TRANSFER})
    write_reference(element, path)
    element[0].text = address
    return element


def read_resource_created(element: Element) -> ObjectPath:
    """The path of what was created.

    :raises ProtocolError: the element is no reference
    """
    return read_reference(element)
