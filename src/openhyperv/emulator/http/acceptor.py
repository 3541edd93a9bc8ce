"""Accepting connections: a thread for each, and none left at the end."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread, current_thread
from time import monotonic
from typing import TypeAlias
from weakref import WeakSet

_log = logging.getLogger(__name__)

_RETRY_S = 0.1
_STOP_S = 10.0

Serve: TypeAlias = Callable[[socket.socket, str], None]
"""Serves one accepted connection from the peer's address until it ends."""


class Acceptor:
    """Accepts on ``listening`` and runs ``serve`` in a thread per connection.

    ``prepare`` is put around each accepted socket before its thread starts; it must not block.
    """

    def __init__(
        self,
        listening: socket.socket,
        prepare: Callable[[socket.socket], socket.socket],
        serve: Serve,
    ) -> None:
        self.stopping = Event()
        self._listening = listening
        self._prepare = prepare
        self._serve = serve
        self._lock = Lock()
        self._open: dict[Thread, socket.socket] = {}
        self._threads: WeakSet[Thread] = WeakSet()  # with those that are ending
        self._thread = Thread(target=self._accept, name="winrm-accept", daemon=True)

    def start(self) -> None:
        """Begin to accept."""
        self._thread.start()

    @property
    def open_connections(self) -> int:
        """How many connections have a thread now."""
        return len(self._open)

    def stop(self) -> None:
        """Close the port and every connection, and wait until their threads have ended.

        :raises TimeoutError: a thread is still in the service after ten seconds
        """
        self.stopping.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        with self._lock:
            threads = list(self._threads)
            for connection in self._open.values():
                _shut(connection)
        deadline = monotonic() + _STOP_S
        for thread in threads:
            if thread.is_alive():
                thread.join(max(0.0, deadline - monotonic()))
        if self._open:
            raise TimeoutError(f"{len(self._open)} requests are still being served.")

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                accepted, address = self._listening.accept()
            except OSError as error:
                if not self.stopping.is_set():
                    _log.warning("A connection could not be accepted: %s", error)
                    self.stopping.wait(_RETRY_S)
                continue
            self._begin(accepted, str(address[0]))

    def _begin(self, accepted: socket.socket, peer: str) -> None:
        try:
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = self._prepare(accepted)
        except OSError as error:
            _log.debug("The peer %s left before it was served: %s", peer, error)
            accepted.close()
            return
        thread = Thread(target=self._run, args=(connection, peer), name=f"winrm-{peer}", daemon=True)
        with self._lock:
            self._open[thread] = connection
            self._threads.add(thread)
        try:
            thread.start()
        except RuntimeError as error:
            _log.warning("There is no thread for a connection from %s: %s", peer, error)
            self._close(thread)

    def _run(self, connection: socket.socket, peer: str) -> None:
        try:
            self._serve(connection, peer)
        finally:
            self._close(current_thread())

    def _close(self, thread: Thread) -> None:
        with self._lock:
            connection = self._open.pop(thread)
        connection.close()


def _shut(connection: socket.socket) -> None:
    """End a connection under its thread's hands; the plain method leaves a TLS object whole."""
    with suppress(OSError):
        socket.socket.shutdown(connection, socket.SHUT_RDWR)
