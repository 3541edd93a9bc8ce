"""A terminal joined to a serial port: bytes both ways, until somebody leaves."""

from __future__ import annotations

import os
import select
import termios
import tty
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from functools import partial
from operator import ne
from threading import Event, Thread
from types import TracebackType
from typing import BinaryIO, Self

from openhyperv.errors import ConnectionLostError, DeadlineError
from openhyperv.hyperv.serial.reader import PortReader, PortState
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


class Screen:
    """What hears a port and shows it, and writes it to a file where one is given."""

    def __init__(self, *files: BinaryIO) -> None:
        self._files = files
        self.is_gone = Event()
        """Nobody reads what is shown any more."""

    def take(self, data: bytes) -> None:
        """Show it at once."""
        try:
            for file in self._files:
                file.write(data)
                file.flush()
        except BrokenPipeError:
            self.is_gone.set()


class Attachment:
    """One session on a port: what arrives goes to the screen, what is typed to the guest."""

    def __init__(
        self,
        reader: PortReader,
        screen: Screen,
        keyboard: Keyboard | None,
        on_state: Callable[[PortState], None],
    ) -> None:
        self._reader = reader
        self._screen = screen
        self._keyboard = keyboard
        self._on_state = on_state
        self._left = screen.is_gone

    def run(self, timeout_s: float | None) -> Ending:
        """Until the user leaves, the port closes for good, or the time is up."""
        if self._keyboard is not None:
            Thread(target=self._type, args=(self._keyboard,), daemon=True, name="keyboard").start()
        deadline = Deadline.after(_FOREVER_S if timeout_s is None else timeout_s)
        state = PortState.CONNECTED
        while not self._left.is_set() and deadline.remaining_s > 0:
            self._reader.wait_for(partial(ne, state), min(_LOOK_INTERVAL_S, deadline.remaining_s))
            if (state := self._told(state)) is PortState.ENDED:
                return Ending.CLOSED
        return Ending.LEFT if self._left.is_set() else Ending.TIME_UP

    def _told(self, before: PortState) -> PortState:
        state = self._reader.state
        if state is not before:
            self._on_state(state)
        return state

    def _type(self, keyboard: Keyboard) -> None:
        """Send what is typed; keys for a port that is closed, or takes nothing, are lost."""
        while not self._left.is_set():
            data = keyboard.read(_LOOK_INTERVAL_S)
            if data is None:
                if keyboard.leaves_at_end:
                    self._left.set()
                return
            if data:
                with suppress(ConnectionLostError, DeadlineError):
                    self._reader.write(data)
