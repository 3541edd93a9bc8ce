"""The few fields of an NTLM AUTHENTICATE_MESSAGE that decide how it is to be verified."""

from __future__ import annotations

import struct

from attrs import frozen

_SIGNATURE = b"NTLMSSP\0\x03\0\0\0"
_NEGOTIATE_UNICODE = 0x00000001
_NT_RESPONSE_AT = 20
_DOMAIN_AT = 28
_USER_AT = 36
_FLAGS_AT = 60
_AV_PAIRS_AT = 44
"""Within an NTLMv2 response, after 16 bytes of proof and 28 of client challenge ([MS-NLMP] 2.2.2.7)."""
_AV_END = 0
_AV_CHANNEL_BINDINGS = 10


@frozen
class Authenticate:
    """Who an AUTHENTICATE_MESSAGE speaks for, and whether it binds itself to a TLS channel."""

    domain: str
    user: str
    has_channel_bindings: bool


def find_authenticate(token: bytes) -> Authenticate | None:
    """Read the AUTHENTICATE_MESSAGE in a raw NTLM or SPNEGO token ([MS-NLMP] 2.2.1.3); None without one.

    :raises ValueError: its fields do not lie within it
    """
    start = token.find(_SIGNATURE)
    if start < 0:
        return None
    message = token[start:]
    if len(message) < _FLAGS_AT + 4:
        raise ValueError("The NTLM message is cut short.")
    (flags,) = struct.unpack_from("<I", message, _FLAGS_AT)
    encoding = "utf-16-le" if flags & _NEGOTIATE_UNICODE else "cp437"
    return Authenticate(
        domain=_field(message, _DOMAIN_AT).decode(encoding),
        user=_field(message, _USER_AT).decode(encoding),
        has_channel_bindings=_binds_channel(_field(message, _NT_RESPONSE_AT)),
    )


def _field(message: bytes, at: int) -> bytes:
    length, _allocated, offset = struct.unpack_from("<HHI", message, at)
    if offset + length > len(message):
        raise ValueError("A field of the NTLM message lies outside it.")
    return message[offset : offset + length]


def _binds_channel(nt_response: bytes) -> bool:
    """True when the NTLMv2 response holds an MsvAvChannelBindings pair ([MS-NLMP] 2.2.2.1)."""
    at = _AV_PAIRS_AT
    while at + 4 <= len(nt_response):
        kind, length = struct.unpack_from("<HH", nt_response, at)
        if kind in (_AV_END, _AV_CHANNEL_BINDINGS):
            return bool(kind == _AV_CHANNEL_BINDINGS)
        at += 4 + length
    return False
