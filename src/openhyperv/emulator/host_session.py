"""A host's life from power-on to power-off, with the reboots that clients ask for in between."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import ExitStack
from threading import Event, Lock, Thread
from typing import Self

from attrs import frozen

from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.power.power_switch import HostPower
from openhyperv.emulator.host.power.shutting_down import shut_down_machines

_log = logging.getLogger(__name__)

_ANSWER_S = 0.3
"""How long the one who asked has to read the answer before connections are cut."""


@frozen
class Windows:
    """One run of the host's operating system, and what ends with it."""

    host: Host
    resources: ExitStack


class HostSession:
    """Boots, and reboots or powers off when the host's power switch is pressed; a context manager."""

    def __init__(self, boot: Callable[[], Windows]) -> None:
        self._boot = boot
        self._lock = Lock()
        self._ending = Event()
        self._windows: Windows | None = None

    def __enter__(self) -> Self:
        with self._lock:
            self._power_on()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ending.set()
        with self._lock:
            self._power_off()

    def _power_on(self) -> None:
        self._windows = self._boot()
        self._windows.host.power_switch.connect(self._press)

    def _power_off(self) -> None:
        if self._windows is not None:
            windows, self._windows = self._windows, None
            windows.resources.close()

    def _press(self, power: HostPower) -> None:
        Thread(target=self._go_down, args=(power,), name="host-power", daemon=True).start()

    def _go_down(self, power: HostPower) -> None:
        """Let machines follow their shutdown actions, end Windows, and start it again after a reboot."""
        with self._lock:
            if self._windows is None or self._ending.is_set():
                return
            shut_down_machines(self._windows.host, self._ending)
            self._ending.wait(_ANSWER_S)
            self._power_off()
            if power is HostPower.REBOOT and not self._ending.is_set():
                self._power_on()
        _log.info("The host went down: %s", power.name)
