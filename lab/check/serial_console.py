"""A server's serial console, as a client of nova-serialproxy has it."""

from __future__ import annotations

from contextlib import closing
from time import monotonic

import websocket

from lab.errors import LabError

_PROTOCOL = "binary"


def ask_guest(url: str, command: str, answer: str, timeout_s: float) -> None:
    """Type a command to the guest that a console's URL leads to, and wait until it gives the answer.

    :raises LabError: it did not in time, or nobody let us in
    """
    try:
        with closing(websocket.create_connection(url, timeout_s, subprotocols=[_PROTOCOL])) as console:
            console.send_binary(f"{command}\r".encode())
            _hear(console, answer.encode(), monotonic() + timeout_s)
    except (OSError, websocket.WebSocketException) as error:
        raise LabError(f"The serial console broke off: {error!r}") from error


def _hear(console: websocket.WebSocket, answer: bytes, deadline_s: float) -> None:
    heard = b""
    while answer not in heard:
        if monotonic() > deadline_s:
            raise LabError(f"The guest did not answer on its serial console, but said {heard[-200:]!r}.")
        heard += console.recv()
