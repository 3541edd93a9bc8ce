"""A named pipe behind Samba: Samba connects to a socket, shakes hands (NPAM), then passes bytes both ways."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_BYTE_MODE = 1
_DEVICE_STATE = 0x5FF


def _receive(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        part = connection.recv(length - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data


def _shake_hands(connection: socket.socket) -> None:
    """Answer in the request's own level: it belongs to the version of Samba."""
    (length,) = struct.unpack(">I", _receive(connection, 4))
    level = _receive(connection, length)[4:8]
    answer = b"NPAM" + level + level + struct.pack("<HH4xQI", _BYTE_MODE, _DEVICE_STATE, 4096, 0)
    connection.sendall(struct.pack(">I", len(answer)) + answer)


@contextmanager
def named_pipe(folder: Path, name: str, serve: Callable[[socket.socket], None]) -> Iterator[None]:
    """A pipe whose every client is handed to ``serve``, with raw bytes both ways."""
    path = folder / name.lower()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, suppress(ConnectionError):
                    _shake_hands(connection)
                    serve(connection)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)
        path.unlink()
