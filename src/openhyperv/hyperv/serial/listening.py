"""A serial port on TCP, for proxies that bring consoles to browsers, such as OpenStack's nova-serialproxy.

Nobody proves here who they are: let it listen where only the proxy can connect.
"""

from __future__ import annotations

import socket
from contextlib import suppress
from threading import Lock, Thread
from types import TracebackType
from typing import Self

from openhyperv.errors import ConnectionLostError, DeadlineError
from openhyperv.hyperv.serial.delivery import has_taken
from openhyperv.hyperv.serial.reader import PortReader

_STEP_BYTES = 4096


class ConsoleListener:
    """Joins one TCP client at a time to the port of a reader, for as long as both want."""

    def __init__(self, reader: PortReader, address: str = "127.0.0.1", port: int = 0) -> None:
        """Listen from now on; port 0 is one that the kernel chooses.

        :raises OSError: the address is not of this computer, or the port is taken
        """
        self._reader = reader
        self._listener = socket.create_server((address, port))
        self._client: socket.socket | None = None
        self._lock = Lock()
        reader.listen(self)
        Thread(target=self._admit, name="console listener", daemon=True).start()

    @property
    def port(self) -> int:
        """Where it listens."""
        number: int = self._listener.getsockname()[1]
        return number

    def take(self, data: bytes) -> None:
        """Send what the guest says to the client, if there is one; one that does not keep up is sent away."""
        client = self._client
        if client is not None and not has_taken(client, data):
            _hang_up(client)

    def close(self) -> None:
        """Listen no more, and send the client away."""
        self._reader.leave(self)
        _hang_up(self._listener)
        self._listener.close()
        client = self._client
        if client is not None:
            _hang_up(client)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _admit(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if self._is_taken_by(client):
                    Thread(target=self._serve, args=(client,), name="console client", daemon=True).start()
                else:
                    client.close()

    def _is_taken_by(self, client: socket.socket) -> bool:
        """True if nobody else has it."""
        with self._lock:
            self._client = self._client or client
            return self._client is client

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            while data := client.recv(_STEP_BYTES):
                with suppress(ConnectionLostError, DeadlineError):  # keys for a machine that is off are lost
                    self._reader.write(data)
        with self._lock:
            self._client = None


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
