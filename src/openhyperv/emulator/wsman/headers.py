"""Judging a request's headers before anything else happens (DSP0226 5, MS-WSMV 2.2.4)."""

from __future__ import annotations

from openhyperv.emulator.wsman.limits import SMALLEST_ENVELOPE_BYTES, ServiceLimits
from openhyperv.emulator.wsman.refusals import (
    duplicate_selectors,
    envelope_too_small,
    header_required,
    invalid_header,
    not_understood,
    unsupported,
)
from openhyperv.wire import uris
from openhyperv.wire.envelope import RequestHeader

_LONGEST_MESSAGE_ID = 2048
_WITHOUT_RESOURCE = (uris.ACTION_PULL, uris.ACTION_RELEASE)
"""Actions that are told by their context what they are about."""


def check_header(header: RequestHeader) -> None:
    """Let a request pass whose headers are complete and possible.

    :raises Refusal: one is missing, invalid, not understood, or asks for what Windows does not do
    """
    if header.not_understood:
        raise not_understood(header.not_understood[0].name)
    if header.invalid:
        raise invalid_header(header.invalid[0])
    if header.is_locale_mandatory:
        raise unsupported("Answers cannot be translated.", "Locale")
    _check_addressing(header)
    if header.resource_uri is None and header.action not in _WITHOUT_RESOURCE:
        raise header_required("ResourceURI")
    if header.max_envelope_bytes is not None and header.max_envelope_bytes < SMALLEST_ENVELOPE_BYTES:
        raise envelope_too_small(SMALLEST_ENVELOPE_BYTES)
    if header.repeated_selectors:
        raise duplicate_selectors(header.repeated_selectors[0])


def _check_addressing(header: RequestHeader) -> None:
    if not header.action:
        raise header_required("Action")
    if not header.to:
        raise header_required("To")
    if header.reply_to is None:
        raise header_required("ReplyTo")
    if {header.reply_to, header.fault_to or uris.ANONYMOUS} != {uris.ANONYMOUS}:
        raise unsupported("Only anonymous reply addresses are supported.", "AddressingMode")
    if not header.message_id or len(header.message_id) > _LONGEST_MESSAGE_ID:
        raise invalid_header("MessageID")
    if header.sequence_id not in (None, "1"):
        raise invalid_header("SequenceId")  # WMI has one message to each operation (MS-WSMV)


def envelope_bytes(header: RequestHeader, limits: ServiceLimits) -> int:
    """How large the reply may be: what the client allows, capped by the host."""
    wanted = header.max_envelope_bytes
    return limits.max_envelope_bytes if wanted is None else min(wanted, limits.max_envelope_bytes)
