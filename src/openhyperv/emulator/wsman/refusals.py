"""Faults that the WS-Management service itself raises, before any class is asked (DSP0226 14)."""

from __future__ import annotations

from openhyperv.wire.fault import Fault, WsmanCode

BAD_REQUEST, SERVER_ERROR = 400, 500


class Refusal(Exception):  # noqa: N818  # an answer, not an error of the emulator
    """Ends a request with a fault."""

    def __init__(self, fault: Fault, status: int = SERVER_ERROR) -> None:
        super().__init__(fault.reason)
        self.fault = fault
        self.status = status


def _refusal(
    subcode: str, code: WsmanCode, reason: str, detail: str | None = None, *, is_sender: bool = True
) -> Refusal:
    return Refusal(Fault(subcode, code, reason, detail, is_sender=is_sender))


def header_required(name: str) -> Refusal:
    """A mandatory header is missing."""
    text = f"The request has no {name} header, which is required."
    return _refusal("a:MessageInformationHeaderRequired", WsmanCode.HEADER_REQUIRED, text)


def invalid_header(name: str) -> Refusal:
    """A header has a value that it cannot have."""
    text = f"The {name} header is invalid."
    return _refusal("a:InvalidMessageInformationHeader", WsmanCode.INVALID_MESSAGE_INFORMATION_HEADER, text)


def not_understood(name: str) -> Refusal:
    """A header marked mustUnderstand that nobody here knows."""
    text = f"The header {name} must be understood, and is not."
    return _refusal("s:MustUnderstand", WsmanCode.MUST_UNDERSTAND, text)


def unknown_action(action: str) -> Refusal:
    """An action that the service does not have."""
    text = f"The action {action} is not supported by the service."
    return _refusal("a:ActionNotSupported", WsmanCode.ACTION_NOT_SUPPORTED, text)


def unsupported(what: str, detail: str) -> Refusal:
    """A feature of the protocol that Windows does not have."""
    return _refusal("w:UnsupportedFeature", WsmanCode.UNSUPPORTED_FEATURE, what, detail)


def no_resource(uri: str) -> Refusal:
    """A resource URI that names nothing here."""
    text = f"The service cannot find the resource identified by the resource URI {uri}."
    return _refusal("a:DestinationUnreachable", WsmanCode.RESOURCE_NOT_FOUND, text, "InvalidResourceURI")


def malformed(reason: str) -> Refusal:
    """XML that does not have the form the operation wants."""
    return _refusal("w:SchemaValidationError", WsmanCode.SCHEMA_VALIDATION_ERROR, reason)


def not_xml(reason: str) -> Refusal:
    """A body that is no SOAP envelope at all."""
    return Refusal(Fault("w:SchemaValidationError", WsmanCode.INVALID_XML, reason), BAD_REQUEST)


def version_mismatch() -> Refusal:
    """SOAP of another version than 1.2 ([SOAP12] 5.4.7)."""
    text = "The envelope is not one of SOAP 1.2."
    return _refusal("s:VersionMismatch", WsmanCode.SOAP_VERSION_MISMATCH, text)


def duplicate_selectors(name: str) -> Refusal:
    """A selector given twice (DSP0226, selectors)."""
    text = f"The selector {name} is given more than once."
    return _refusal("w:InvalidSelectors", WsmanCode.DUPLICATE_SELECTORS, text, "DuplicateSelectors")


def stale_context() -> Refusal:
    """A context that never was, has been used up, released, or dropped for being idle."""
    text = "The enumeration context is not valid any more."
    return _refusal(
        "n:InvalidEnumerationContext", WsmanCode.INVALID_ENUMERATION_CONTEXT, text, is_sender=False
    )


def unavailable_dialect(dialect: str) -> Refusal:
    """A filter language that the service does not speak."""
    text = f"The filter dialect {dialect} is not supported."
    return _refusal("n:FilterDialectRequestedUnavailable", WsmanCode.FILTER_DIALECT_UNAVAILABLE, text)


def wql_needs_wildcard() -> Refusal:
    """WQL or an association filter sent to a class: its resource URI must end in ``*``."""
    text = "The class name in the resource URI must be * when the filter is a query."
    return _refusal("n:CannotProcessFilter", WsmanCode.QUERY_NEEDS_WILDCARD, text)


def unavailable_delivery(mode: str) -> Refusal:
    """An event delivery mode that this host does not offer."""
    text = f"The delivery mode {mode} is not available."
    return _refusal("e:DeliveryModeRequestedUnavailable", WsmanCode.DELIVERY_MODE_UNAVAILABLE, text)


def no_renewal() -> Refusal:
    """Windows never renews: subscribe anew."""
    text = "Subscriptions are not renewed."
    return _refusal("e:UnableToRenew", WsmanCode.UNABLE_TO_RENEW, text, is_sender=False)


def timed_out() -> Refusal:
    """The operation's time ran out; on an event Pull: nothing has happened."""
    text = "The operation did not complete within its OperationTimeout."
    return _refusal("w:TimedOut", WsmanCode.OPERATION_TIMED_OUT, text, is_sender=False)


def too_many_operations(limit: int) -> Refusal:
    """MaxConcurrentOperationsPerUser is used up. Recorded: an internal error, told by MSFT_WmiError alone."""
    text = f"The user has reached the limit of {limit} concurrent operations."
    fault = Fault(
        "w:InternalError",
        WsmanCode.USER_OPERATION_QUOTA,
        text,
        cim_status=27,
        is_sender=False,
        is_wmi_error_alone=True,
    )
    return Refusal(fault)


def envelope_too_small(limit_bytes: int) -> Refusal:
    """A MaxEnvelopeSize below what the protocol allows (DSP0226 R13.1-4)."""
    text = f"MaxEnvelopeSize must be at least {limit_bytes} bytes."
    return _refusal("w:EncodingLimit", WsmanCode.ENCODING_LIMIT, text, "MinimumEnvelopeLimit")


def reply_too_large(size_bytes: int, limit_bytes: int) -> Refusal:
    """An answer that cannot be split and is larger than the client or the host allows."""
    text = f"The reply of {size_bytes} bytes is larger than the allowed envelope of {limit_bytes} bytes."
    return _refusal(
        "w:EncodingLimit", WsmanCode.MAX_ENVELOPE_SIZE_EXCEEDED, text, "MaxEnvelopeSize", is_sender=False
    )


def refused_by_rule(code: int, text: str) -> Refusal:
    """What a fault rule of the emulated host asks for."""
    return Refusal(Fault("w:InternalError", code, text, is_sender=False))


def charset_refused(charset: str) -> Refusal:
    """A text encoding other than UTF-8 and UTF-16."""
    text = f"The character set {charset} is not supported."
    return _refusal("w:EncodingLimit", WsmanCode.ENCODING_LIMIT, text, "CharacterSet")


def access_denied() -> Refusal:
    """The account may not do this."""
    return _refusal("w:AccessDenied", WsmanCode.ACCESS_DENIED, "Access is denied.")
