"""Peers that misbehave: each accepted connection is handed to the next function of a script."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

Script = Callable[[socket.socket], None]


class ScriptedPeer:
    """Listens on a free port; the last script serves all further connections."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = list(scripts)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            peer.settimeout(20)
            self._open.append(peer)
            script = self._scripts[min(self.accepted, len(self._scripts) - 1)]
            self.accepted += 1
            Thread(target=_run, args=(script, peer), daemon=True).start()

    def __enter__(self) -> ScriptedPeer:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        for peer in self._open:
            peer.close()


def _run(script: Script, peer: socket.socket) -> None:
    with suppress(OSError):  # the client goes away in the middle, as many tests want
        script(peer)


def read_request(peer: socket.socket) -> tuple[bytes, bytes]:
    """One request's head and body."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = peer.recv(65536)
        if not more:
            raise ConnectionError
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += peer.recv(65536)
    return head, body


def reply(status: int, body: bytes = b"", *headers: str) -> bytes:
    """A whole HTTP reply."""
    lines = [f"HTTP/1.1 {status} Reason", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def reset(peer: socket.socket) -> None:
    """Close with RST, as a crashing host does."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
