"""How a guest ends, told once: QEMU says it in several ways, in any order, or just dies."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from openhyperv.emulator.guests.machine import GuestEvent
from openhyperv.emulator.guests.monitor import Event

_ECHO_S = 2.0


class Fate:
    """Hears QEMU's events and passes on what a guest did by itself, ending with exactly one last event."""

    def __init__(self, on_event: Callable[[GuestEvent], None]) -> None:
        self._on_event = on_event
        self._lock = Lock()
        self._is_over = False
        self._shutdown_reason: str | None = None
        self._last_reset_s = 0.0

    def hear(self, event: Event) -> None:
        """Take in one of QEMU's events."""
        data = event.get("data", {})
        if event["event"] == "SHUTDOWN":
            self._shutdown_reason = data["reason"]
        elif event["event"] == "RESET":
            self._hear_reset(event)

    def _hear_reset(self, event: Event) -> None:
        """SeaBIOS resets the processor once more when it finds itself restarted: that is the same reset."""
        time_s = float(event["timestamp"]["seconds"]) + event["timestamp"]["microseconds"] / 1e6
        is_echo = time_s - self._last_reset_s < _ECHO_S
        self._last_reset_s = time_s
        if event["data"]["guest"] and not is_echo:
            self.pass_on(GuestEvent.REBOOTED)

    def pass_on(self, event: GuestEvent) -> None:
        """Tell of something that is not the end."""
        with self._lock:
            if not self._is_over:
                self._on_event(event)

    def seal(self) -> None:
        """The host ends the guest from now on, which it need not be told."""
        with self._lock:
            self._is_over = True

    def conclude(self) -> None:
        """QEMU has ended: tell the last event, unless the host itself wanted the end."""
        is_orderly = self._shutdown_reason == "guest-shutdown"
        with self._lock:
            if not self._is_over:
                self._is_over = True
                self._on_event(GuestEvent.POWERED_OFF if is_orderly else GuestEvent.CRASHED)
