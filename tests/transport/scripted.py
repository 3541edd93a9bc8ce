"""Peers that misbehave: each accepted connection is handed to the next function of a script."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

Script = Callable[[socket.socket], None]


class ScriptedPeer:
    """Listens on a free port; the last script serves all further connections. Leaves no thread behind."""

    def __init__(self, *scripts: Script) -> None:
        self._scripts = list(scripts)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._peers: list[socket.socket] = []
        self._threads: list[Thread] = []
        self._acceptor = Thread(target=self._accept, daemon=True)
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0
        self._acceptor.start()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was shut down
            while True:
                self._serve(self._listener.accept()[0])

    def _serve(self, peer: socket.socket) -> None:
        peer.settimeout(20)
        script = self._scripts[min(self.accepted, len(self._scripts) - 1)]
        self.accepted += 1
        self._peers.append(peer)
        self._threads.append(Thread(target=_run, args=(script, peer), daemon=True))
        self._threads[-1].start()

    def __enter__(self) -> ScriptedPeer:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._acceptor.join(timeout=10)
        self._listener.close()
        for peer in self._peers:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(timeout=10)
        for peer in self._peers:
            peer.close()


def _run(script: Script, peer: socket.socket) -> None:
    with suppress(OSError):  # the client goes away in the middle, as many tests want
        script(peer)


def read_request(peer: socket.socket) -> tuple[bytes, bytes]:
    """One request's head and body."""
    data = bytearray()
    while b"\r\n\r\n" not in data:
        data += _receive(peer)
    head, _, rest = bytes(data).partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    body = bytearray(rest)
    while len(body) < length:
        body += _receive(peer)
    return head, bytes(body)


def _receive(peer: socket.socket) -> bytes:
    data = peer.recv(65536)
    if not data:
        raise ConnectionError("The client closed the connection.")
    return data


def reply(status: int, body: bytes = b"", *headers: str) -> bytes:
    """A whole HTTP reply."""
    lines = [f"HTTP/1.1 {status} Reason", *headers, f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def reset(peer: socket.socket) -> None:
    """Close with RST, as a crashing host does."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
