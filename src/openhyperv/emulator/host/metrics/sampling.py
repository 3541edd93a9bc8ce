"""Reading guests' counters every now and then, and feeding the meters of their virtual machines."""

from __future__ import annotations

from threading import Event, RLock, Thread
from time import monotonic

from openhyperv.emulator.guests.counters import GuestCounters
from openhyperv.emulator.guests.machine import GuestError
from openhyperv.emulator.host.machines.systems import Systems
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.metrics.metering import Metering

SAMPLE_EVERY_S = 0.5  # UNVERIFIED: how often Windows reads what guests use


class Sampler:
    """A thread of its own, since guests are never asked under the host's lock."""

    def __init__(self, lock: RLock, systems: Systems, metering: Metering) -> None:
        self._lock = lock
        self._systems = systems
        self._metering = metering
        self._flushed_s = monotonic()
        self._is_closing = Event()
        self._thread = Thread(target=self._run, name="metering", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End, and keep what was counted."""
        self._is_closing.set()
        if self._thread.is_alive():
            self._thread.join()
        with self._lock:
            self._metering.flush()

    def _run(self) -> None:
        while not self._is_closing.wait(SAMPLE_EVERY_S):
            for system in self._metered():
                self._sample(system)
            self._flush_in_time()

    def _metered(self) -> list[VirtualSystem]:
        with self._lock:
            found = map(self._systems.find, self._metering.guids())
            return [system for system in found if system is not None]

    def _sample(self, system: VirtualSystem) -> None:
        with self._lock:
            session = system.session
            guest = session.guest if session else None
        try:
            counters = guest.counters() if guest else GuestCounters()
        except GuestError:
            return  # it has just ended: its VM will be off when it is looked at again
        asked_s = monotonic()
        with self._lock:
            if self._systems.find(system.guid) is system and system.session is session:
                self._metering.take(system, session, counters, asked_s)

    def _flush_in_time(self) -> None:
        now_s = monotonic()
        if now_s - self._flushed_s >= self._metering.flush_interval.total_seconds():
            self._flushed_s = now_s
            with self._lock:
                self._metering.flush()
