"""The head of an HTTP/1.1 request: request line and header fields, read strictly (RFC 9112).

Written here because every request passes it, and a general parser took more time than all the rest of the
listener with its sealing. What two readers could understand in two ways (folded lines, spaces before colons,
two lengths) is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from attrs import field, frozen


class RequestRefusedError(Exception):
    """A request that cannot be read to its end; ``status`` is the answer, after which the connection ends."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


@frozen
class RequestHead:
    """Request line and headers. ``path`` is lower-case and without a query; header names are lower-case."""

    method: str
    path: str
    keeps_alive: bool
    headers: Mapping[str, str] = field(repr=False)

    @property
    def is_chunked(self) -> bool:
        """The body comes in chunks.

        :raises RequestRefusedError: 501 for another transfer coding, 400 beside a Content-Length
        """
        coding = self.headers.get("transfer-encoding")
        if coding is None:
            return False
        if coding.lower() != "chunked":
            raise RequestRefusedError(501)
        if "content-length" in self.headers:
            raise RequestRefusedError(400)
        return True

    @property
    def body_bytes(self) -> int:
        """The announced length, 0 without one.

        :raises RequestRefusedError: 400 for what is no length
        """
        text = self.headers.get("content-length", "0")
        if not _LENGTH.fullmatch(text):
            raise RequestRefusedError(400)
        return int(text)

    @property
    def waits_for_continue(self) -> bool:
        """The peer holds the body back until it is told to go on."""
        return self.headers.get("expect", "").lower() == "100-continue"


_REQUEST_LINE = re.compile(r"([!-~]+) (?:https?://[^/?]*)?([/*][!-~]*) HTTP/1\.([01])", re.IGNORECASE)
_FIELD = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\0\r\n]*)")
_LENGTH = re.compile(r"[0-9]{1,18}")


def read_head(data: bytes) -> RequestHead:
    """Read what stands before the empty line.

    :raises RequestRefusedError: 400, it is not a head of HTTP/1.0 or 1.1
    """
    request_line, *lines = data.decode("latin-1").lstrip("\r\n").split("\r\n")
    line = _REQUEST_LINE.fullmatch(request_line)
    if line is None:
        raise RequestRefusedError(400)
    method, target, minor_version = line.groups()
    headers = _headers(lines)
    if minor_version == "1" and "host" not in headers:
        raise RequestRefusedError(400)
    keeps_alive = minor_version == "1" and headers.get("connection", "").lower() != "close"
    return RequestHead(method, target.partition("?")[0].lower(), keeps_alive, headers)


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        match = _FIELD.fullmatch(line)
        if match is None:
            raise RequestRefusedError(400)
        name, value = match[1].lower(), match[2].rstrip(" \t")
        if name in headers:
            value = f"{headers[name]}, {value}"
        headers[name] = value
    return headers
