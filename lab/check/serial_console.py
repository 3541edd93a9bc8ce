"""A server's serial console, as a client of nova-serialproxy has it."""

from __future__ import annotations

from time import monotonic

from websockify.websocket import WebSocket

from lab.errors import LabError

_PROTOCOL = "binary"


def ask_guest(url: str, command: str, answer: str, timeout_s: float) -> None:
    """Type a command to the guest that a console's URL leads to, and wait until it gives the answer.

    :raises LabError: it did not in time
    """
    console = WebSocket()
    console.connect(url, protocols=[_PROTOCOL])
    console.socket.settimeout(timeout_s)
    try:
        console.sendmsg(f"{command}\r".encode())
        _hear(console, answer.encode(), monotonic() + timeout_s)
    finally:
        console.close()


def _hear(console: WebSocket, answer: bytes, deadline_s: float) -> None:
    heard = b""
    while answer not in heard:
        if monotonic() > deadline_s:
            raise LabError(f"The guest did not answer on its serial console, but said {heard[-200:]!r}.")
        heard += console.recvmsg() or b""
