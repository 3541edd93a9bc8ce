"""A terminal joined to a serial port: bytes both ways, until somebody leaves."""

from __future__ import annotations

import os
import select
import termios
import tty
from enum import StrEnum
from threading import Event, Thread
from types import TracebackType
from typing import BinaryIO, Self

from openhyperv.errors import ConnectionLostError, DeadlineError
from openhyperv.files.smb.pipe import Pipe
from openhyperv.transport.deadline import Deadline

ESCAPE = b"\x1d"
"""Ctrl-], as telnet has it."""
_LOOK_INTERVAL_S = 0.2
_FOREVER_S = 10 * 365 * 86400.0


class Ending(StrEnum):
    """Why a session ended."""

    LEFT = "Left the console."
    CLOSED = "The console was closed: the machine has stopped, or the connection broke."
    TIME_UP = "The time is up."


class Keyboard:
    """Bytes typed or piped in. A terminal is raw meanwhile: every key but one is the guest's."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._is_terminal = os.isatty(descriptor)
        self._before: list[object] | None = None

    def __enter__(self) -> Self:
        if self._is_terminal:
            self._before = termios.tcgetattr(self._descriptor)
            tty.setraw(self._descriptor)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)  # type: ignore[arg-type]

    def read(self, timeout_s: float) -> bytes | None:
        """What has been typed; empty for nothing within the time, None for the end or the escape."""
        if not select.select([self._descriptor], [], [], timeout_s)[0]:
            return b""
        data = os.read(self._descriptor, 1024)
        if not data or (self._is_terminal and ESCAPE in data):
            return None
        return data

    @property
    def leaves_at_end(self) -> bool:
        """At a terminal, the end is the user's wish to leave; a pipe that ends has only said everything."""
        return self._is_terminal


class Attachment:
    """One session on a port: what arrives is written to ``screen`` and ``log``, what is typed is sent."""

    def __init__(self, pipe: Pipe, screen: BinaryIO, log: BinaryIO | None, keyboard: Keyboard | None) -> None:
        self._pipe = pipe
        self._screen = screen
        self._log = log
        self._keyboard = keyboard
        self._left = Event()

    def run(self, timeout_s: float | None) -> Ending:
        """Until the user leaves, the port closes, or the time is up."""
        if self._keyboard is not None:
            Thread(target=self._type, args=(self._keyboard,), daemon=True, name="keyboard").start()
        deadline = Deadline.after(_FOREVER_S if timeout_s is None else timeout_s)
        try:
            while not self._left.is_set() and deadline.remaining_s > 0:
                self._show(self._pipe.read(min(_LOOK_INTERVAL_S, deadline.remaining_s)))
        except ConnectionLostError:
            return Ending.CLOSED
        return Ending.LEFT if self._left.is_set() else Ending.TIME_UP

    def _show(self, data: bytes) -> None:
        if not data:
            return
        for file in filter(None, (self._screen, self._log)):
            file.write(data)
            file.flush()

    def _type(self, keyboard: Keyboard) -> None:
        """Send what is typed; a port that takes nothing any more ends in the reading thread."""
        while not self._left.is_set():
            data = keyboard.read(_LOOK_INTERVAL_S)
            if data is None:
                if keyboard.leaves_at_end:
                    self._left.set()
                return
            try:
                if data:
                    self._pipe.write(data)
            except (ConnectionLostError, DeadlineError):
                return
