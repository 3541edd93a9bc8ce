"""Sealed messages over plain HTTP: the multipart body around what a security context encrypted.

The form is that of [MS-WSMV] 2.2.9.1.1 and .2 for SPNEGO and Kerberos: two parts between lines
``--Encrypted Boundary``, the first with headers alone, the second with a length, the security header of that
length, and the ciphertext, which the closing boundary follows without a line break.
"""

from __future__ import annotations

import re
import struct
from enum import StrEnum
from functools import lru_cache

import spnego
from attrs import field, frozen
from spnego.exceptions import SpnegoError


class SealingProtocol(StrEnum):
    """The ``protocol`` of a sealed message: by the scheme of the header, not by what SPNEGO chose."""

    SPNEGO = "application/HTTP-SPNEGO-session-encrypted"
    KERBEROS = "application/HTTP-Kerberos-session-encrypted"


class SealingError(Exception):
    """A body that is no sealed message, or not one of this security context."""


@frozen
class SealedBody:
    """A sealed message taken apart; ``length`` is that of the plaintext with the context's padding."""

    protocol: SealingProtocol
    original_type: str
    length: int
    header: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)


_BOUNDARY = "Encrypted Boundary"
_ORIGINAL = re.compile(r"type=(?P<type>.+?);\s*Length=(?P<length>\d{1,9})\s*$", re.IGNORECASE)
_OCTETS = re.compile(rb"[ \t]*Content-Type:[ \t]*application/octet-stream[ \t]*\r\n(?:\r\n)?", re.IGNORECASE)
_PART_HEADER = re.compile(r"^[ \t]*(?P<name>[\w-]+):[ \t]*(?P<value>.*?)[ \t]*$", re.MULTILINE)


def take_apart(body: bytes, boundary: str) -> SealedBody:
    """Read a sealed body; white space at the head of a part header and after ``--`` is tolerated.

    :raises SealingError: it has another form
    """
    opening, closing = _delimiters(boundary)
    first = opening.match(body)
    second = opening.search(body, first.end()) if first else None
    octets = _OCTETS.match(body, second.end()) if second else None
    end = closing.search(body, max(0, len(body) - len(boundary) - 12))
    if first is None or second is None or octets is None or end is None:
        raise SealingError("The body is not two parts between boundaries.")
    protocol, original_type, length = _first_part(body[first.end() : second.start()])
    header, ciphertext = _second_part(body[octets.end() : end.start()])
    return SealedBody(protocol, original_type, length, header, ciphertext)


@lru_cache(maxsize=8)
def _delimiters(boundary: str) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    text = re.escape(boundary.encode("latin-1"))
    return re.compile(rb"--[ \t]*" + text + rb"[ \t]*\r\n"), re.compile(rb"--[ \t]*" + text + rb"--\s*\Z")


def _first_part(part: bytes) -> tuple[SealingProtocol, str, int]:
    text = part.decode("latin-1").replace("\r\n", "\n")
    headers = {match["name"].lower(): match["value"] for match in _PART_HEADER.finditer(text)}
    original = _ORIGINAL.match(headers.get("originalcontent", ""))
    protocol = _protocol(headers.get("content-type", ""))
    if original is None or protocol is None:
        raise SealingError("The first part does not say what is sealed and how.")
    return protocol, original["type"], int(original["length"])


def _protocol(text: str) -> SealingProtocol | None:
    return next((known for known in SealingProtocol if known.lower() == text.lower()), None)


def _second_part(part: bytes) -> tuple[bytes, bytes]:
    if len(part) < 4:
        raise SealingError("The second part has no length.")
    (header_bytes,) = struct.unpack_from("<I", part)
    if header_bytes > len(part) - 4:
        raise SealingError("The security header is longer than its part.")
    return part[4 : 4 + header_bytes], part[4 + header_bytes :]


def unseal(sealed: SealedBody, context: spnego.ContextProxy) -> bytes:
    """The plaintext, proven to come from the context's peer and to be the next in its sequence.

    :raises SealingError: it is not
    """
    try:
        plaintext: bytes = context.unwrap_winrm(sealed.header, sealed.ciphertext)
    except (SpnegoError, ValueError) as error:
        raise SealingError("The message was not sealed by this session's peer.") from error
    if not 0 <= sealed.length - len(plaintext) <= _MAX_PADDING_BYTES:
        raise SealingError("The plaintext does not have the length that was announced.")
    return plaintext


_MAX_PADDING_BYTES = 15
"""A block of AES less one byte; NTLM and today's Kerberos encryption types pad nothing."""


def seal(
    plaintext: bytes, original_type: str, protocol: SealingProtocol, context: spnego.ContextProxy
) -> tuple[str, bytes]:
    """The Content-Type and body of a sealed message."""
    header, ciphertext, padding_bytes = context.wrap_winrm(plaintext)
    sealed = SealedBody(protocol, original_type, len(plaintext) + padding_bytes, header, ciphertext)
    return f'multipart/encrypted;protocol="{protocol}";boundary="{_BOUNDARY}"', put_together(sealed)


def put_together(sealed: SealedBody) -> bytes:
    """The body of a sealed message."""
    head = (
        f"--{_BOUNDARY}\r\n"
        f"\tContent-Type: {sealed.protocol}\r\n"
        f"\tOriginalContent: type={sealed.original_type};Length={sealed.length}\r\n"
        f"--{_BOUNDARY}\r\n"
        "\tContent-Type: application/octet-stream\r\n"
    )
    length = struct.pack("<I", len(sealed.header))
    tail = f"--{_BOUNDARY}--\r\n"
    return b"".join(
        [head.encode("latin-1"), length, sealed.header, sealed.ciphertext, tail.encode("latin-1")]
    )
