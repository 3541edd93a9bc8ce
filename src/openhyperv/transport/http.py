"""HTTP/1.1 as WS-Management uses it: one POST, one reply of known length ([MS-WSMV] 2.1, RFC 9112).

Much smaller than a general client on purpose. A reply must not be waited for beyond the deadline, a request
must never be sent again by itself, and one exchange must cost little beside the sealing: the standard
library's header parser alone would take a tenth of the time of a whole Get.
"""

from __future__ import annotations

import re

from attrs import field, frozen

from openhyperv.errors import ProtocolError
from openhyperv.transport.stream import Stream
from openhyperv.transport.target import Target

_PATH = "/wsman"
_HEAD_LIMIT_BYTES = 64 * 1024
"""Room for a Kerberos token with many groups (MaxTokenSize is 48,000 bytes on Windows)."""
_HEAD_END = b"\r\n\r\n"
_STATUS_LINE = re.compile(r"HTTP/1\.([01]) ([1-5][0-9]{2})(?: .*)?")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})(?:;[^\r\n]*)?\r\n")


_Headers = tuple[tuple[str, str], ...]


@frozen
class HttpReply:
    """One reply; header names are in lower case, and may repeat."""

    status: int
    headers: _Headers
    body: bytes = field(repr=False)
    stays_open: bool

    def header(self, name: str) -> str | None:
        """The first value under that (lower-case) name."""
        return next(iter(self.values(name)), None)

    def values(self, name: str) -> list[str]:
        """Every value under that (lower-case) name, in order."""
        return _values(self.headers, name)


def _values(headers: _Headers, name: str) -> list[str]:
    return [value for key, value in headers if key == name]


def request_head(target: Target, **headers: str) -> bytes:
    """The head of a POST but for its length: what can be prepared once for many requests.

    Keywords name headers, with ``_`` for ``-``.
    """
    lines = [f"POST {_PATH} HTTP/1.1", f"Host: {target.address}", "User-Agent: OpenHyperV"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Connection: Keep-Alive", "Content-Length: "]).encode("ascii")


def post(stream: Stream, head: bytes, body: bytes, reply_limit_bytes: int) -> HttpReply:
    """Send one request and read its reply, within the stream's deadline; nothing is sent twice.

    :raises ConnectionLostError: the connection broke; see ``stream.bytes_received`` for how far it got
    :raises DeadlineError: the deadline passed
    :raises ProtocolError: the reply is not HTTP, or is larger than the limit
    """
    stream.send(b"%b%d\r\n\r\n%b" % (head, len(body), body))
    return _read_reply(stream, reply_limit_bytes)


def _read_reply(stream: Stream, limit_bytes: int) -> HttpReply:
    status, is_http_11, headers = _read_head(stream)
    while status < 200:
        status, is_http_11, headers = _read_head(stream)
    body = _read_body(stream, headers, limit_bytes) if status != 204 else b""
    connection = ",".join(_values(headers, "connection")).lower()
    stays_open = "close" not in connection if is_http_11 else "keep-alive" in connection
    return HttpReply(status, headers, body, stays_open)


def _read_head(stream: Stream) -> tuple[int, bool, _Headers]:
    first, *lines = stream.read_until(_HEAD_END, _HEAD_LIMIT_BYTES)[:-4].decode("latin-1").split("\r\n")
    match = _STATUS_LINE.fullmatch(first)
    if match is None:
        raise ProtocolError("The host's answer is not HTTP.")
    return int(match[2]), match[1] == "1", tuple(_header(line) for line in lines)


def _header(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name or name != name.strip():
        raise ProtocolError("A header of the host's answer is malformed.")
    return name.lower(), value.strip(" \t")


def _read_body(stream: Stream, headers: _Headers, limit_bytes: int) -> bytes:
    codings, lengths = _values(headers, "transfer-encoding"), set(_values(headers, "content-length"))
    if len(codings) + len(lengths) != 1:
        raise ProtocolError("The host's answer does not say, or not clearly, how long it is.")
    if codings:
        return _read_chunks(stream, codings[0], limit_bytes)
    return _read_sized(stream, lengths.pop(), limit_bytes)


def _read_sized(stream: Stream, length: str, limit_bytes: int) -> bytes:
    if not (length.isascii() and length.isdigit()):
        raise ProtocolError("The length of the host's answer is not a number.")
    return stream.read_exactly(_within(int(length), limit_bytes))


def _read_chunks(stream: Stream, coding: str, limit_bytes: int) -> bytes:
    if coding.lower() != "chunked":
        raise ProtocolError("The host's answer is coded in a way that was not asked for.")
    body = bytearray()
    while size := _chunk_size(stream):
        _within(len(body) + size, limit_bytes)
        body += stream.read_exactly(size)
        if stream.read_exactly(2) != b"\r\n":
            raise ProtocolError("A chunk of the host's answer is longer than it says.")
    while stream.read_until(b"\r\n", _HEAD_LIMIT_BYTES) != b"\r\n":
        pass
    return bytes(body)


def _chunk_size(stream: Stream) -> int:
    match = _CHUNK_SIZE.fullmatch(stream.read_until(b"\r\n", _HEAD_LIMIT_BYTES))
    if match is None:
        raise ProtocolError("The host's answer is badly chunked.")
    return int(match[1], 16)


def _within(size_bytes: int, limit_bytes: int) -> int:
    if size_bytes > limit_bytes:
        raise ProtocolError(
            f"The host's answer is larger than {limit_bytes} bytes.",
            remedy="Ask for fewer objects at once, or raise the target's reply limit.",
        )
    return size_bytes
