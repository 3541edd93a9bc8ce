"""Content types, and the two charsets of WS-Management bodies."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from functools import lru_cache

from attrs import frozen

SOAP = "application/soap+xml"
SEALED = "multipart/encrypted"
UTF_8 = "UTF-8"
UTF_16 = "UTF-16"

_PARAMETER = re.compile(r';\s*([\w-]+)\s*=\s*(?:"([^"]*)"|([^";]*))')
_XML_DECLARATION = re.compile(r"\s*<\?xml\s[^>]*\?>")


@frozen
class MediaType:
    """A parsed Content-Type: type and parameter names are lower-case."""

    name: str
    parameters: Mapping[str, str]

    @property
    def charset(self) -> str:
        """The declared charset in upper case, UTF-8 where none is declared."""
        return self.parameters.get("charset", UTF_8).strip().upper()


@lru_cache(maxsize=64)
def media_type(text: str) -> MediaType:
    """Read a Content-Type header; what is no parameter is passed over."""
    name = text.partition(";")[0].strip().lower()
    found = _PARAMETER.finditer(text, len(text.partition(";")[0]))
    return MediaType(name, {match[1].lower(): match[2] or match[3] or "" for match in found})


def to_utf_8(body: bytes, charset: str) -> tuple[bytes, str]:
    """A body as UTF-8 without a byte order mark, and the charset it really had.

    A UTF-16 byte order mark outweighs the declaration. A charset that is neither is left as it is.

    :raises UnicodeDecodeError: the body is not in the charset it claims
    """
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _from_utf_16(body, "utf-16"), UTF_16
    if charset == UTF_16:
        return _from_utf_16(body, "utf-16-le"), UTF_16  # UNVERIFIED: little-endian without a byte order mark
    return body.removeprefix(codecs.BOM_UTF8), charset


def _from_utf_16(body: bytes, codec: str) -> bytes:
    """The declaration goes: it would name an encoding that the bytes no longer have."""
    return _XML_DECLARATION.sub("", body.decode(codec), count=1).encode()


def from_utf_8(body: bytes, charset: str) -> tuple[bytes, str]:
    """An answer in the request's charset, and its Content-Type."""
    if charset == UTF_16:
        # UNVERIFIED: an answer in UTF-16 begins with a byte order mark
        return codecs.BOM_UTF16_LE + body.decode().encode("utf-16-le"), f"{SOAP};charset={UTF_16}"
    return body, f"{SOAP};charset={UTF_8}"
