"""Guests, by what they print and by what is typed to them."""

from __future__ import annotations

from time import monotonic, sleep
from types import TracebackType
from typing import Self

import websocket

from lab.check.client import Client
from lab.errors import LabError

_BOOT_TIMEOUT_S = 420.0
_ANSWER_TIMEOUT_S = 60.0
_PAUSE_S = 5.0
_UP = "GUEST-UP"
_PROTOCOL = "binary"


def line_when_up(client: Client, server: str) -> str:
    """What a guest says on its console when it is up.

    :raises LabError: it did not in time
    """
    deadline = monotonic() + _BOOT_TIMEOUT_S
    while monotonic() < deadline:
        for line in client.text("console", "log", "show", server).splitlines():
            if _UP in line:
                return line.strip()
        sleep(_PAUSE_S)
    raise LabError(f"The console of {server} does not say {_UP}.")


class SerialConsole:
    """A server's serial console through nova-serialproxy. Use as a context manager.

    :raises LabError: nobody let us in, or the console broke off
    """

    def __init__(self, client: Client, server: str) -> None:
        url = client.ask("console", "url", "show", "--serial", server)["url"]
        self._server = server
        try:
            self._socket = websocket.create_connection(url, _ANSWER_TIMEOUT_S, subprotocols=[_PROTOCOL])
        except (OSError, websocket.WebSocketException) as error:
            raise LabError(f"The serial console of {server} cannot be reached: {error!r}") from error

    def ask(self, command: str, answer: str) -> None:
        """Type a command, and wait for its answer, which must not be in the command itself.

        :raises LabError: it did not come in time
        """
        self.send(f"{command}\r")
        self.hear(answer)

    def send(self, keys: str) -> None:
        """Type to the guest."""
        self._socket.send_binary(keys.encode())

    def hear(self, wanted: str) -> None:
        """Wait until the guest says something.

        :raises LabError: it did not in time
        """
        heard, deadline = b"", monotonic() + _ANSWER_TIMEOUT_S
        while wanted.encode() not in heard:
            if monotonic() > deadline:
                raise LabError(
                    f"{self._server} does not say {wanted!r} on its console, but {heard[-200:]!r}."
                )
            heard += self._receive()

    def _receive(self) -> bytes:
        try:
            return bytes(self._socket.recv())
        except (OSError, websocket.WebSocketException) as error:
            raise LabError(f"The serial console of {self._server} broke off: {error!r}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()
