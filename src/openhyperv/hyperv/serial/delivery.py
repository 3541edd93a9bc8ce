"""Giving what a port says to somebody on a socket, without waiting for them."""

from __future__ import annotations

import socket


def has_taken(end: socket.socket, data: bytes) -> bool:
    """Send it; False where the other end has no room for all of it, or is gone."""
    try:
        return end.send(data, socket.MSG_DONTWAIT) == len(data)
    except OSError:
        return False
