"""How smbd hands a client of a named pipe to another program: one question, one answer, then raw bytes.

smbd connects to ``<ncalrpc dir>/np/<name in lower case>`` and describes the client in a ``NPAM`` message
(Samba's librpc/idl/named_pipe_auth.idl). What the client may do was decided by smbd when it let the session
in, so only the message's level is of interest: the answer must have the same one.
"""

from __future__ import annotations

import socket
import struct

_MAGIC = b"NPAM"
_LENGTH = struct.Struct(">I")
_QUESTION = struct.Struct("<4sI")
_ANSWER = struct.Struct("<4sIIHH4xQI")
"""Magic, level, union discriminant (the level again), file type, device state, allocation size, NTSTATUS."""
_LONGEST_QUESTION = 1 << 20
_BYTE_MODE_PIPE = 1
_DEVICE_STATE = 0x00FF  # byte mode, any number of instances ([MS-CIFS] 2.2.1.3, SMB_NMPIPE_STATUS)
_ALLOCATION_SIZE = 4096
_STATUS_SUCCESS = 0


class NpamError(Exception):
    """The peer is not the smbd we know."""


def read_question(client: socket.socket) -> int:
    """Read smbd's question; returns the level of the message.

    :raises NpamError: it is no NPAM question
    :raises OSError: the connection died or is too slow
    """
    (length,) = _LENGTH.unpack(_read_exactly(client, _LENGTH.size))
    if not _QUESTION.size <= length <= _LONGEST_QUESTION:
        raise NpamError(f"A question of {length} bytes.")
    magic, level = _QUESTION.unpack_from(_read_exactly(client, length))
    if magic != _MAGIC:
        raise NpamError(f"A question that begins with {magic!r}.")
    return int(level)


def encode_answer(level: int) -> bytes:
    """The answer that lets the client in, with its length in front.

    There is none that refuses: smbd 4.17 ignores the status in it. Hanging up after the question instead
    makes it tell the client STATUS_CONNECTION_DISCONNECTED.
    """
    body = _ANSWER.pack(
        _MAGIC, level, level, _BYTE_MODE_PIPE, _DEVICE_STATE, _ALLOCATION_SIZE, _STATUS_SUCCESS
    )
    return _LENGTH.pack(len(body)) + body


def _read_exactly(client: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        part = client.recv(size - len(data))
        if not part:
            raise NpamError("The peer left in the middle of its question.")
        data += part
    return bytes(data)
