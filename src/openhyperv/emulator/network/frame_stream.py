"""Frames over a stream socket, each after its length in four bytes: QEMU's ``stream`` networks."""

from __future__ import annotations

import socket
from collections.abc import Callable
from time import monotonic

from openhyperv.emulator.network.loop import Loop

_LENGTH_BYTES = 4
_LONGEST_BYTES = 69_632
"""The most that QEMU sends at once (its NET_BUFSIZE)."""
_CHUNK_BYTES = 262_144
_MOST_WAITING_BYTES = 1 << 20


class FrameStream:
    """One end. ``on_frame`` says after each frame how long the other end has to wait, in seconds.

    Frames for somebody who does not read are dropped, as a switch does. Use it under the loop's lock.
    """

    def __init__(
        self,
        end: socket.socket,
        loop: Loop,
        on_frame: Callable[[bytes], float],
        on_end: Callable[[], None],
    ) -> None:
        end.setblocking(False)
        self._end = end
        self._loop = loop
        self._on_frame = on_frame
        self._on_end = on_end
        self._unread = b""
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._is_held = False
        self._is_blocked = False
        self._is_open = True
        loop.add(self)

    def fileno(self) -> int:
        """The socket's descriptor."""
        return self._end.fileno()

    def send(self, data: bytes) -> bool:
        """Send a frame soon; False where too much is waiting."""
        if not self._is_open or self._waiting_bytes + len(data) > _MOST_WAITING_BYTES:
            return False
        self._waiting += [len(data).to_bytes(_LENGTH_BYTES, "big"), data]
        self._waiting_bytes += len(data) + _LENGTH_BYTES
        if not self._is_blocked:
            self._loop.flush_later(self)
        return True

    def ready(self, *, has_ended: bool) -> None:
        """Read what came and write what waits."""
        if self._is_blocked:
            self.flush()
        if self._is_held:
            if has_ended:
                self.close()
            return
        try:
            chunk = self._end.recv(_CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            chunk = b""
        if not chunk:
            self.close()
            return
        self._unread += chunk
        self._take_frames()

    def flush(self) -> None:
        """Write as much as the other end takes."""
        if not self._is_open:
            return
        data = b"".join(self._waiting)
        try:
            written = self._end.send(data)
        except BlockingIOError:
            written = 0
        except OSError:
            self.close()
            return
        rest = data[written:]
        self._waiting, self._waiting_bytes = [rest] if rest else [], len(rest)
        if bool(rest) != self._is_blocked:
            self._is_blocked = bool(rest)
            self._update()

    def close(self) -> None:
        """Hang up; the other end hears of it. Closing again does nothing."""
        if self._is_open:
            self._is_open = False
            self._loop.remove(self)
            self._end.close()
            self._on_end()

    def _take_frames(self) -> None:
        """Hand on every whole frame, until the other end has to wait."""
        data, at = self._unread, 0
        delay_s = 0.0
        while self._is_open and not delay_s and len(data) - at >= _LENGTH_BYTES:
            start = at + _LENGTH_BYTES
            length = int.from_bytes(data[at:start], "big")
            if length > _LONGEST_BYTES:
                self.close()
                return
            if len(data) - start < length:
                break
            at = start + length
            delay_s = self._on_frame(data[start:at])
        self._unread = data[at:]
        if delay_s and self._is_open:
            self._hold(delay_s)

    def _hold(self, delay_s: float) -> None:
        """Read no more for a while: whoever sends has to wait, and nothing is lost."""
        self._is_held = True
        self._update()
        self._loop.call_at(monotonic() + delay_s, self._go_on)

    def _go_on(self) -> None:
        if self._is_open:
            self._is_held = False
            self._update()
            self._take_frames()

    def _update(self) -> None:
        self._loop.want(self, reading=not self._is_held, writing=self._is_blocked)
