"""The SOAP envelope of replies, as a host writes it (MS-WSMV 2.2.4, DSP0226 5).

Recorded from Windows: which namespaces an envelope declares depends on the operation, and headers come in
one order: action, message, operation, sequence, activity, to, relates-to.
"""

from __future__ import annotations

from uuid import uuid4

from lxml import etree

from openhyperv.wire import uris
from openhyperv.wire.envelope import RequestHeader, UnknownHeader, new_message_id
from openhyperv.wire.xml import Element, add, qualified, render_xml

_MUST_UNDERSTAND = qualified(uris.SOAP, "mustUnderstand")
_LANGUAGE = qualified(uris.XML, "lang")
_PREFIXES = {
    "s": uris.SOAP,
    "a": uris.ADDRESSING,
    "x": uris.TRANSFER,
    "e": uris.EVENTING,
    "n": uris.ENUMERATION,
    "w": uris.WSMAN,
    "p": uris.WSMAN_MS,
}
_ALWAYS = ("s", "a", "w", "p")
_SPECIAL = {
    uris.ACTION_GET: "x",
    uris.ACTION_PUT: "x",
    uris.ACTION_CREATE: "x",
    uris.ACTION_ENUMERATE: "n",
    uris.ACTION_PULL: "n",
    uris.ACTION_SUBSCRIBE: "en",
}


def write_reply(request: RequestHeader, action: str, *content: Element) -> bytes:
    """The reply to a request: its headers answered, the given elements as the body's children."""
    envelope = etree.Element(qualified(uris.SOAP, "Envelope"), nsmap=_declared(action))
    envelope.set(_LANGUAGE, "en-US")
    _write_header(add(envelope, uris.SOAP, "Header"), request, action)
    add(envelope, uris.SOAP, "Body").extend(content)
    return render_xml(envelope)


def _declared(action: str) -> dict[str, str]:
    if action.endswith("/fault"):
        return _PREFIXES
    wanted = (*_ALWAYS, *_SPECIAL.get(action.removesuffix("Response"), ""))
    return {prefix: uri for prefix, uri in _PREFIXES.items() if prefix in wanted}


def _write_header(head: Element, request: RequestHeader, action: str) -> None:
    add(head, uris.ADDRESSING, "Action", action)
    add(head, uris.ADDRESSING, "MessageID", new_message_id())
    if request.operation_id is not None:
        add(head, uris.WSMAN_MS, "OperationID", request.operation_id).set(_MUST_UNDERSTAND, "false")
        add(head, uris.WSMAN_MS, "SequenceId", "1")
    add(head, uris.WSMAN_MS, "ActivityId", str(uuid4()).upper())
    add(head, uris.ADDRESSING, "To", uris.ANONYMOUS)
    if request.message_id:
        add(head, uris.ADDRESSING, "RelatesTo", request.message_id)
    for unknown in request.not_understood:
        _write_not_understood(head, unknown)


def _write_not_understood(head: Element, unknown: UnknownHeader) -> None:
    """``s:NotUnderstood`` ([SOAP12] 5.4.8); recorded: Windows repeats the request's prefix."""
    prefix = unknown.prefix or "u"
    nsmap = {prefix: unknown.namespace} if unknown.namespace else {}
    element = etree.SubElement(head, qualified(uris.SOAP, "NotUnderstood"), nsmap=nsmap)
    element.set("qname", f"{prefix}:{unknown.name}" if nsmap else unknown.name)
