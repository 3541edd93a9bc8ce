"""A guest's sign of life: lines on a channel that a guest with our agent writes, and others leave silent."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable
from threading import Thread

CHANNEL = "org.openhyperv.heartbeat"


class Heartbeat:
    """Listens on the host's end of the channel; ``on_beat`` is called for what the guest really said."""

    def __init__(self, end: socket.socket, on_beat: Callable[[], None]) -> None:
        self._end = end
        self._on_beat = on_beat
        self._thread = Thread(target=self._listen, name="heartbeat", daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while data := self._end.recv(4096):
                if b"\n" in data:
                    self._on_beat()

    def close(self) -> None:
        """Stop listening."""
        with contextlib.suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._end.close()
