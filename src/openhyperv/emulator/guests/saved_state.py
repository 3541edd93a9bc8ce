"""A guest's memory and devices on disk, between saving and restoring."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

from attrs import frozen

from openhyperv.emulator.guests.descriptors import Sent
from openhyperv.emulator.guests.machine import GuestError
from openhyperv.emulator.guests.monitor import Monitor
from openhyperv.emulator.guests.wiring import Wiring

_TIMEOUT_S = 600.0
_FULL_SPEED = 1 << 40


@frozen
class SavedState:
    """Where a machine's saved state is; the firmware's variables and the TPM are not part of it."""

    directory: Path

    @classmethod
    def of(cls, state_dir: Path) -> SavedState:
        """The place for a machine's saved state."""
        return cls(state_dir / "saved")

    @property
    def memory(self) -> Path:
        """QEMU's migration stream."""
        return self.directory / "memory"

    @property
    def wiring(self) -> Path:
        """Where the devices were."""
        return self.directory / "wiring.json"

    @property
    def exists(self) -> bool:
        """True for a state that was written to its end."""
        return self.wiring.exists()

    def discard(self) -> None:
        """Forget the state, if there is one."""
        shutil.rmtree(self.directory, ignore_errors=True)

    def write(self, monitor: Monitor, wiring: Wiring) -> None:
        """Save a stopped guest. What makes the state valid is written last.

        :raises GuestError: QEMU cannot; nothing is left then
        """
        self.discard()
        self.directory.mkdir(mode=0o700)
        try:
            self._write_memory(monitor)
        except GuestError:
            self.discard()
            raise
        wiring.save(self.wiring)

    def _write_memory(self, monitor: Monitor) -> None:
        monitor.execute("migrate-set-parameters", max_bandwidth=_FULL_SPEED)
        target = os.open(self.memory, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        monitor.execute("migrate", uri=f"fd:{Sent(monitor).named(target)}")
        _wait_for_migration(monitor)

    def read(self, monitor: Monitor) -> None:
        """Load the state into a QEMU that waits for it.

        :raises GuestError: it does not fit the machine, or is damaged
        """
        source = os.open(self.memory, os.O_RDONLY | os.O_CLOEXEC)
        monitor.execute("migrate-incoming", uri=f"fd:{Sent(monitor).named(source)}")
        _wait_for_migration(monitor)


def _wait_for_migration(monitor: Monitor) -> None:
    deadline = time.monotonic() + _TIMEOUT_S
    while time.monotonic() < deadline:
        state = monitor.execute("query-migrate")
        if state.get("status") == "completed":
            return
        if state.get("status") in ("failed", "cancelled"):
            raise GuestError(
                f"The state of the machine was not moved: {state.get('error-desc', 'no reason')}."
            )
        time.sleep(0.02)
    raise GuestError("The state of the machine took too long to move.")
