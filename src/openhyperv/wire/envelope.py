"""The SOAP envelope of requests and replies: headers as values (MS-WSMV 2.2.4, DSP0226 5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from uuid import uuid4

from attrs import field, frozen
from lxml import etree

from openhyperv.errors import InvalidInputError, ProtocolError
from openhyperv.wire import uris
from openhyperv.wire.path import KeyValue
from openhyperv.wire.scalars import read_time
from openhyperv.wire.wscim_references import read_selectors, write_selectors
from openhyperv.wire.xml import Element, add, child, child_text, local_name, parse_xml, qualified, render_xml

_MUST_UNDERSTAND = qualified(uris.SOAP, "mustUnderstand")
_LANGUAGE = qualified(uris.XML, "lang")
_PREFIXES = {
    "s": uris.SOAP,
    "a": uris.ADDRESSING,
    "w": uris.WSMAN,
    "p": uris.WSMAN_MS,
}


def new_message_id() -> str:
    """A fresh ``uuid:`` URI."""
    return f"uuid:{uuid4()}".upper().replace("UUID:", "uuid:")


@frozen
class UnknownHeader:
    """A mandatory header that nobody here knows, with the prefix that the request gave to its namespace."""

    prefix: str
    namespace: str
    name: str


@frozen
class RequestHeader:
    """What a request says about itself; ``None`` where the header is absent."""

    action: str
    resource_uri: str | None = None
    selectors: Mapping[str, KeyValue] = field(factory=dict)
    to: str = "http://localhost:5985/wsman"
    reply_to: str | None = uris.ANONYMOUS
    message_id: str = field(factory=new_message_id)
    max_envelope_bytes: int | None = None
    timeout_s: float | None = None
    operation_id: str | None = None
    sequence_id: str | None = None
    session_id: str | None = None
    identifier: str | None = None
    """``e:Identifier``: which subscription an Unsubscribe ends."""
    fragment: str | None = None
    """``w:FragmentTransfer``: an XPath of level 1."""
    options: Mapping[str, str] = field(factory=dict)
    not_understood: tuple[UnknownHeader, ...] = ()
    invalid: tuple[str, ...] = ()
    """Names of headers with a value or mustUnderstand that no request can have."""
    is_retransmission: bool = False
    """``p:OperationID`` must be understood: the request was sent before (MS-WSMV 3.1.4.2)."""
    fault_to: str | None = None
    is_locale_mandatory: bool = False
    repeated_selectors: tuple[str, ...] = ()
    """Names of selectors that were given before, in any case of letters."""


@frozen
class Request:
    """A request: its header and the one element of its body, if there is one."""

    header: RequestHeader
    body: Element | None = field(default=None, eq=False)
    is_soap_1_2: bool = True


# --- client side -----------------------------------------------------------------------------------------


def write_request(header: RequestHeader, body: Element | None = None) -> bytes:
    """The envelope's bytes; ``body`` becomes the one child of ``s:Body``."""
    envelope = etree.Element(qualified(uris.SOAP, "Envelope"), nsmap=_PREFIXES)
    head = add(envelope, uris.SOAP, "Header")
    add(head, uris.ADDRESSING, "To", header.to)
    if header.resource_uri is not None:
        _mandatory(add(head, uris.WSMAN, "ResourceURI", header.resource_uri))
    reply_to = add(head, uris.ADDRESSING, "ReplyTo")
    _mandatory(add(reply_to, uris.ADDRESSING, "Address", header.reply_to))
    _mandatory(add(head, uris.ADDRESSING, "Action", header.action))
    add(head, uris.ADDRESSING, "MessageID", header.message_id)
    _write_limits(head, header)
    _write_target(head, header)
    body_element = add(envelope, uris.SOAP, "Body")
    if body is not None:
        body_element.append(body)
    return render_xml(envelope)


def _mandatory(element: Element) -> None:
    element.set(_MUST_UNDERSTAND, "true")


def _write_limits(head: Element, header: RequestHeader) -> None:
    if header.max_envelope_bytes is not None:
        _mandatory(add(head, uris.WSMAN, "MaxEnvelopeSize", str(header.max_envelope_bytes)))
    locale = add(head, uris.WSMAN, "Locale")
    locale.set(_LANGUAGE, "en-US")
    locale.set(_MUST_UNDERSTAND, "false")
    if header.operation_id is not None:
        add(head, uris.WSMAN_MS, "OperationID", header.operation_id).set(_MUST_UNDERSTAND, "false")
    if header.session_id is not None:
        add(head, uris.WSMAN_MS, "SessionId", header.session_id).set(_MUST_UNDERSTAND, "false")
    if header.timeout_s is not None:
        add(head, uris.WSMAN, "OperationTimeout", f"PT{header.timeout_s:.3f}S")


def _write_target(head: Element, header: RequestHeader) -> None:
    if header.selectors:
        write_selectors(head, header.selectors)
    if header.identifier is not None:
        add(head, uris.EVENTING, "Identifier", header.identifier)
    if header.fragment is not None:
        fragment = add(head, uris.WSMAN, "FragmentTransfer", header.fragment, Dialect=uris.DIALECT_XPATH)
        _mandatory(fragment)
    if header.options:
        options = add(head, uris.WSMAN, "OptionSet")
        for name, value in header.options.items():
            add(options, uris.WSMAN, "Option", value, Name=name)


@frozen
class Reply:
    """A reply: its action, the message it answers, and the body element itself (not its child)."""

    action: str
    relates_to: str | None
    body: Element = field(eq=False)

    @property
    def content(self) -> Element:
        """The one element of the body.

        :raises ProtocolError: the body is empty
        """
        if len(self.body) == 0:
            raise ProtocolError("The reply's body is empty.")
        return self.body[0]


def read_reply(data: bytes) -> Reply:
    """The reply in an envelope, fault or not.

    :raises ProtocolError: no SOAP 1.2 envelope with a body
    """
    envelope = parse_xml(data)
    body = child(envelope, uris.SOAP, "Body")
    if envelope.tag != qualified(uris.SOAP, "Envelope") or body is None:
        raise ProtocolError("The answer is not a SOAP 1.2 envelope.")
    head = child(envelope, uris.SOAP, "Header")
    if head is None:
        return Reply("", None, body)
    action = child_text(head, uris.ADDRESSING, "Action") or ""
    return Reply(action, child_text(head, uris.ADDRESSING, "RelatesTo"), body)


# --- server side -----------------------------------------------------------------------------------------

_TO = qualified(uris.ADDRESSING, "To")
_ACTION = qualified(uris.ADDRESSING, "Action")
_MESSAGE_ID = qualified(uris.ADDRESSING, "MessageID")
_REPLY_TO = qualified(uris.ADDRESSING, "ReplyTo")
_FAULT_TO = qualified(uris.ADDRESSING, "FaultTo")
_LOCALES = (qualified(uris.WSMAN, "Locale"), qualified(uris.WSMAN_MS, "DataLocale"))
_RESOURCE_URI = qualified(uris.WSMAN, "ResourceURI")
_SELECTOR_SET = qualified(uris.WSMAN, "SelectorSet")
_MAX_ENVELOPE_SIZE = qualified(uris.WSMAN, "MaxEnvelopeSize")
_OPERATION_TIMEOUT = qualified(uris.WSMAN, "OperationTimeout")
_OPTION_SET = qualified(uris.WSMAN, "OptionSet")
_FRAGMENT_TRANSFER = qualified(uris.WSMAN, "FragmentTransfer")
_OPERATION_ID = qualified(uris.WSMAN_MS, "OperationID")
_SEQUENCE_ID = qualified(uris.WSMAN_MS, "SequenceId")
_SESSION_ID = qualified(uris.WSMAN_MS, "SessionId")
_IDENTIFIER = qualified(uris.EVENTING, "Identifier")
_KNOWN_NAMES = {
    uris.ADDRESSING: "To Action MessageID ReplyTo FaultTo From RelatesTo",
    uris.WSMAN: "ResourceURI SelectorSet MaxEnvelopeSize OperationTimeout Locale OptionSet FragmentTransfer"
    " RequestEPR RequestTotalItemsCountEstimate",
    uris.WSMAN_MS: "DataLocale SessionId OperationID SequenceId",
    uris.EVENTING: "Identifier",
}
_KNOWN_HEADERS = frozenset(
    qualified(namespace, name) for namespace, names in _KNOWN_NAMES.items() for name in names.split()
)


def read_request(data: bytes) -> Request:
    """The request in an envelope. Missing headers are ``None`` or ``""``: the service judges them.

    :raises ProtocolError: not XML, or no SOAP envelope
    """
    envelope = parse_xml(data)
    if local_name(envelope) != "Envelope":
        raise ProtocolError("The request is not a SOAP envelope.")
    body = child(envelope, uris.SOAP, "Body")
    content = body[0] if body is not None and len(body) else None
    head = child(envelope, uris.SOAP, "Header")
    header = RequestHeader(action="", message_id="") if head is None else _read_header(head)
    return Request(header, content, is_soap_1_2=envelope.tag == qualified(uris.SOAP, "Envelope"))


def _read_header(head: Element) -> RequestHeader:
    headers: dict[str, Element] = {}
    for header in head:
        headers.setdefault(str(header.tag), header)
    texts = {name: (header.text or "").strip() for name, header in headers.items()}
    selectors = [] if _SELECTOR_SET not in headers else list(read_selectors(headers[_SELECTOR_SET]))
    max_envelope = texts.get(_MAX_ENVELOPE_SIZE, "")
    return RequestHeader(
        action=texts.get(_ACTION, ""),
        resource_uri=texts.get(_RESOURCE_URI),
        selectors=dict(selectors),
        to=texts.get(_TO, ""),
        reply_to=_address(headers.get(_REPLY_TO)),
        fault_to=_address(headers.get(_FAULT_TO)),
        message_id=texts.get(_MESSAGE_ID, ""),
        max_envelope_bytes=int(max_envelope) if max_envelope.isdigit() else None,
        timeout_s=_seconds(texts.get(_OPERATION_TIMEOUT)),
        operation_id=texts.get(_OPERATION_ID),
        sequence_id=texts.get(_SEQUENCE_ID),
        session_id=texts.get(_SESSION_ID),
        identifier=texts.get(_IDENTIFIER),
        fragment=texts.get(_FRAGMENT_TRANSFER),
        options={option.get("Name", ""): (option.text or "") for option in headers.get(_OPTION_SET, ())},
        not_understood=tuple(
            _unknown(header) for name, header in headers.items() if _is_unknown(name, header)
        ),
        invalid=tuple(_invalid(headers, texts)),
        is_retransmission=_OPERATION_ID in headers and _is_mandatory(headers[_OPERATION_ID]),
        is_locale_mandatory=any(_is_mandatory(headers[name]) for name in _LOCALES if name in headers),
        repeated_selectors=tuple(_repeated([name for name, _ in selectors])),
    )


def _address(header: Element | None) -> str | None:
    return None if header is None else child_text(header, uris.ADDRESSING, "Address")


def _repeated(names: Sequence[str]) -> Iterator[str]:
    lower = [name.lower() for name in names]
    return (name for place, name in enumerate(names) if name.lower() in lower[:place])


def _seconds(text: str | None) -> float | None:
    """A duration that a request can have: none is negative."""
    try:
        interval = read_time(text) if text else None
    except InvalidInputError:
        return None
    if not isinstance(interval, timedelta) or interval < timedelta():
        return None
    return interval.total_seconds()


def _invalid(headers: Mapping[str, Element], texts: Mapping[str, str]) -> Iterator[str]:
    timeout = texts.get(_OPERATION_TIMEOUT)
    if timeout is not None and _seconds(timeout) is None:
        yield "OperationTimeout"
    if _FRAGMENT_TRANSFER in headers and not _is_mandatory(headers[_FRAGMENT_TRANSFER]):
        yield "FragmentTransfer"  # MS-WSMV 3.1.4.1.18


def _is_unknown(name: str, header: Element) -> bool:
    return name not in _KNOWN_HEADERS and _is_mandatory(header)


def _unknown(header: Element) -> UnknownHeader:
    name = etree.QName(header)
    return UnknownHeader(header.prefix or "", name.namespace or "", name.localname)


def _is_mandatory(header: Element) -> bool:
    return header.get(_MUST_UNDERSTAND) in ("true", "1")
