"""Typing on a guest's keyboard, at a pace that its PS/2 controller can follow."""

from __future__ import annotations

import time
from collections.abc import Iterable

from openhyperv.emulator.guests.keys import VIRTUAL_KEYS, KeyStroke, strokes_of, strokes_of_scancodes
from openhyperv.emulator.guests.machine import GuestError
from openhyperv.emulator.guests.monitor import Monitor

_PAUSE_S = 0.02
"""QEMU's PS/2 keyboard holds 16 bytes: a shifted character takes 6, and the guest needs time to read them."""


class Keyboard:
    """The keyboard of one guest."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor

    def type_text(self, text: str) -> None:
        """Type characters one after the other.

        :raises GuestError: a US keyboard has no key for one of them; nothing is typed then
        """
        try:
            characters = [strokes_of(character) for character in text]
        except ValueError as error:
            raise GuestError(str(error)) from error
        for strokes in characters:
            self._send(strokes)

    def press(self, virtual_key: int, *, down: bool) -> None:
        """Move one key.

        :raises GuestError: there is no such key
        """
        if virtual_key not in VIRTUAL_KEYS:
            raise GuestError(f"The keyboard has no key 0x{virtual_key:02X}.")
        self._send([KeyStroke(VIRTUAL_KEYS[virtual_key], down=down)])

    def type_scancodes(self, codes: bytes) -> None:
        """Send set 1 scan codes."""
        for stroke in strokes_of_scancodes(codes):
            self._send([stroke])

    def _send(self, strokes: Iterable[KeyStroke]) -> None:
        self._monitor.execute("input-send-event", events=[stroke.event() for stroke in strokes])
        time.sleep(_PAUSE_S)
