"""Peers that are no proper host: silent ones, and ones whose answers are attacks."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from openhyperv.emulator.http.exchange import Answer, Exchange
from openhyperv.emulator.http.listener import Listener
from openhyperv.transport.target import Target
from tests.emulated import ACCOUNT

_ADDRESS = "127.0.0.1"


def _target(port: int) -> Target:
    return Target(_ADDRESS, port=port, username=ACCOUNT.name, password=ACCOUNT.password, smb_port=port)


@contextmanager
def silent_peer() -> Iterator[Target]:
    """A port that takes connections, and from which nothing ever comes."""
    with socket.create_server((_ADDRESS, 0)) as server:
        yield _target(server.getsockname()[1])


def dead_peer() -> Target:
    """A port that nobody listens on."""
    with socket.create_server((_ADDRESS, 0)) as server:
        port = server.getsockname()[1]
    return _target(port)


@contextmanager
def hostile_peer(body: bytes) -> Iterator[Target]:
    """A listener that knows the account, and answers everything with that body, properly sealed."""

    def answer(_exchange: Exchange) -> Answer:
        return Answer(body)

    with Listener(service=answer, accounts=[ACCOUNT], address=_ADDRESS) as listener:
        yield _target(listener.port)
