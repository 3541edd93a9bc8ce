"""Message sealing over plain HTTP: the multipart/encrypted frame around one sealed envelope.

[MS-WSMV] 2.2.9.1.1 describes it for SPNEGO, 2.2.9.1.2 for Kerberos. The binary part follows its header line
directly, and the closing boundary follows the binary part directly, so nothing in it is found by lines.
"""

from __future__ import annotations

import re
import struct
from enum import StrEnum

from attrs import field, frozen

from openhyperv.errors import ProtocolError

ENVELOPE_TYPE = "application/soap+xml;charset=UTF-8"
_BOUNDARY = "Encrypted Boundary"


class SealProtocol(StrEnum):
    """What sealed the envelope; the value is the ``protocol`` parameter of the content type."""

    SPNEGO = "application/HTTP-SPNEGO-session-encrypted"
    KERBEROS = "application/HTTP-Kerberos-session-encrypted"

    @property
    def content_type(self) -> str:
        """The content type of a sealed HTTP message."""
        return f'multipart/encrypted;protocol="{self.value}";boundary="{_BOUNDARY}"'


@frozen
class SealedMessage:
    """One sealed envelope: the mechanism's signature (or token header), and the ciphertext.

    ``length`` is that of the plaintext, padding of the mechanism included.
    """

    signature: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)
    length: int


def write_sealed(protocol: SealProtocol, message: SealedMessage) -> bytes:
    """The HTTP body that carries the message."""
    before = _HEADS[protocol] % message.length
    signature_length = struct.pack("<I", len(message.signature))
    return b"".join((before, signature_length, message.signature, message.ciphertext, _CLOSING))


def read_sealed(protocol: SealProtocol, content_type: str | None, body: bytes) -> SealedMessage:
    """The message that an HTTP body carries.

    Part headers may be indented by a tab or not, and a space may stand before the boundary's name: servers
    differ in both.

    :raises ProtocolError: the body is not sealed, sealed by another protocol than agreed, or malformed
    """
    _check_content_type(protocol, content_type)
    match = _OPENING.match(body)
    closing = _CLOSING_AT_END.search(body, max(0, len(body) - _CLOSING_BYTES))
    if match is None or closing is None or match["protocol"].lower() != protocol.value.lower().encode():
        raise ProtocolError("The sealed answer's frame is malformed.")
    start = match.end() + 4
    signature_end = start + int.from_bytes(body[match.end() : start], "little")
    if start > signature_end or signature_end > closing.start():
        raise ProtocolError("The sealed answer is shorter than it says.")
    return SealedMessage(
        body[start:signature_end], body[signature_end : closing.start()], int(match["length"])
    )


def _check_content_type(protocol: SealProtocol, content_type: str | None) -> None:
    match = _CONTENT_TYPE.match(content_type or "")
    if match is None:
        raise ProtocolError(
            "The answer to a sealed request is not sealed, so it may come from anyone.",
            remedy="Look for a proxy or an attacker between here and the host.",
        )
    if match["protocol"].lower() != protocol.value.lower():
        raise ProtocolError("The answer is sealed by another protocol than the one agreed on.")


def _head(protocol: SealProtocol) -> bytes:
    return (
        f"--{_BOUNDARY}\r\n"
        f"\tContent-Type: {protocol.value}\r\n"
        f"\tOriginalContent: type={ENVELOPE_TYPE};Length=%d\r\n"
        f"--{_BOUNDARY}\r\n"
        "\tContent-Type: application/octet-stream\r\n"
    ).encode()


_HEADS = {protocol: _head(protocol) for protocol in SealProtocol}
_CLOSING = f"--{_BOUNDARY}--\r\n".encode()
_CLOSING_BYTES = len(_CLOSING) + 1
_CLOSING_AT_END = re.compile(rb"-- ?Encrypted Boundary--(?:\r\n)?\Z")
_CONTENT_TYPE = re.compile(r'multipart/encrypted\s*;.*?protocol="?(?P<protocol>[^";\s]+)"?', re.IGNORECASE)
_OPENING = re.compile(
    rb"-- ?Encrypted Boundary\r\n"
    rb"[\t ]*Content-Type:[\t ]*(?P<protocol>[^\s;]+)[\t ]*\r\n"
    rb"[\t ]*OriginalContent:[\t ]*type=[^\r\n]*?;[\t ]*Length=(?P<length>[0-9]{1,10})[\t ]*\r\n"
    rb"-- ?Encrypted Boundary\r\n"
    rb"[\t ]*Content-Type:[\t ]*application/octet-stream[\t ]*\r\n",
    re.IGNORECASE,
)
