"""A way to a database that breaks where a test wants it to."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from enum import Enum
from threading import Event, Thread
from typing import Any

from attrs import define, field, frozen


class Moment(Enum):
    """When, about a request."""

    BEFORE = "before the server gets it"
    AFTER = "once the server has answered it, and before the client knows"


class Damage(Enum):
    """What happens then."""

    LOST = "the connection is cut"
    GONE = "so is every other, until the way is mended"
    SILENT = "nothing comes through any more, until the way is mended"


@frozen
class Cut:
    """At the first request of a method."""

    method: str
    moment: Moment
    damage: Damage


@define(eq=False)
class CuttingProxy:
    """Lets JSON-RPC (RFC 7047, section 4) through, keeps what was asked for, and breaks once."""

    server: tuple[str, int]
    methods: list[str] = field(factory=list)
    struck: Event = field(factory=Event)
    _listener: socket.socket = field(factory=lambda: socket.create_server(("127.0.0.1", 0)))
    _ends: list[socket.socket] = field(factory=list)
    _cut: Cut | None = None
    _damage: Damage | None = None

    def start(self) -> str:
        """Listen; returns how clients name it."""
        Thread(target=self._accept, daemon=True).start()
        return f"tcp:127.0.0.1:{self._listener.getsockname()[1]}"

    def stop(self) -> None:
        """Let nobody through any more."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._hang_up()

    def break_at(self, cut: Cut) -> None:
        """Break there next, and keep what is asked for from now on."""
        self.methods.clear()
        self.struck.clear()
        self._cut = cut

    def mend(self) -> None:
        """Let everything through again."""
        self._cut = self._damage = None
        self._hang_up()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._damage is Damage.GONE:
                    client.close()
                else:
                    self._connect(client, socket.create_connection(self.server))

    def _connect(self, client: socket.socket, server: socket.socket) -> None:
        """Carry messages both ways. An answer is waited for by its request's identifier."""
        awaited: list[Any] = []
        self._ends += [client, server]

        def is_struck_by_request(message: dict[str, Any]) -> bool:
            self.methods += [message["method"]] if "method" in message else []
            if self._cut is None or message.get("method") != self._cut.method:
                return False
            if self._cut.moment is Moment.AFTER:
                awaited.append(message["id"])
            return self._cut.moment is Moment.BEFORE

        def is_struck_by_answer(message: dict[str, Any]) -> bool:
            return self._cut is not None and "result" in message and message["id"] in awaited

        for source, target, is_struck in (
            (client, server, is_struck_by_request),
            (server, client, is_struck_by_answer),
        ):
            Thread(target=self._carry, args=(source, target, is_struck), daemon=True).start()

    def _carry(
        self, source: socket.socket, target: socket.socket, is_struck: Callable[[dict[str, Any]], bool]
    ) -> None:
        with suppress(OSError):
            for message in _messages(source):
                if is_struck(message):
                    self._strike()
                if self._damage is not Damage.SILENT:
                    target.sendall(json.dumps(message).encode())
        _close(source, target)

    def _strike(self) -> None:
        if self._cut is not None:
            self._damage, self._cut = self._cut.damage, None
        self.struck.set()
        if self._damage is not Damage.SILENT:
            self._hang_up()

    def _hang_up(self) -> None:
        ends, self._ends = self._ends, []
        _close(*ends)


def _messages(source: socket.socket) -> Iterator[dict[str, Any]]:
    """JSON values that stand one after the other."""
    unread, decoder = b"", json.JSONDecoder()
    while part := source.recv(1 << 16):
        unread += part
        while unread:
            try:
                message, end = decoder.raw_decode(unread.decode())
            except ValueError:  # it, or the last character of it, is not whole yet
                break
            unread = unread.decode()[end:].lstrip().encode()
            yield message


def _close(*ends: socket.socket) -> None:
    """Hang up, so that who waits for one of them wakes up."""
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
