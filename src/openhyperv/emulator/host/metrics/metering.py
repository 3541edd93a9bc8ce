"""The meters of all virtual machines of a host. Use it under the host's lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from openhyperv.emulator.guests.counters import GuestCounters
from openhyperv.emulator.host.files import HostFiles
from openhyperv.emulator.host.machines.virtual_system import Session, VirtualSystem
from openhyperv.emulator.host.metrics.disk_sizes import DiskSizes
from openhyperv.emulator.host.metrics.meter import Meter
from openhyperv.emulator.host.metrics.parts import Part, parts_of_system
from openhyperv.emulator.host.metrics.readings import reading_of
from openhyperv.emulator.host.metrics.store import Json, MeterStore, meters_from_json, meters_to_json
from openhyperv.emulator.host.metrics.system_meters import SystemMeters
from openhyperv.emulator.host.profile import Profile

SHORTEST_FLUSH_INTERVAL, LONGEST_FLUSH_INTERVAL = timedelta(hours=1), timedelta(hours=24)
"""Microsoft, "Set-VMHost", ResourceMeteringSaveInterval."""


class Metering:
    """Switches meters on and off, feeds them and keeps them.

    That something is metered is kept at once, what was counted every ``flush_interval`` and at the end.
    """

    def __init__(self, store: MeterStore, profile: Profile, files: HostFiles, processor_mhz: int) -> None:
        """``processor_mhz`` is the clock that processor time is counted by."""
        self._store = store
        self._processor_mhz = processor_mhz
        self._profile = profile
        self._sizes = DiskSizes(files)
        self._by_guid = {guid: SystemMeters(kept) for guid, kept in store.load()}
        self.flush_interval = store.load_flush_interval()

    def meter(self, part: Part) -> Meter | None:
        """The meter of a part, if it has one."""
        meters = self._by_guid.get(part.system.guid.lower())
        return meters.find(part) if meters else None

    def enable(self, parts: Sequence[Part]) -> None:
        """Begin to meter these; what is metered goes on."""
        for part in parts:
            self._of(part.system).enable(part)
        self._save_all(parts)

    def disable(self, parts: Sequence[Part]) -> None:
        """Meter these no longer; what was counted is forgotten."""
        for part in parts:
            # UNVERIFIED: that metering which is switched off and on again begins at nothing
            self._of(part.system).disable(part)
        self._save_all(parts)

    def reset(self, parts: Sequence[Part]) -> None:
        """Begin again at nothing with those of these that are metered."""
        for part in parts:
            if meter := self.meter(part):
                meter.reset()
        self._save_all(parts)

    def guids(self) -> list[str]:
        """The VMs of which anything is metered."""
        return [guid for guid, meters in self._by_guid.items() if not meters.is_empty]

    def take(
        self, system: VirtualSystem, session: Session | None, now: GuestCounters, asked_s: float
    ) -> None:
        """Feed a VM's meters with what its guest, asked at that time, has used since the last time."""
        meters = self._of(system)
        seconds, used = meters.advance(session, now, asked_s)
        parts = list(parts_of_system(system, self._profile))
        meters.drop_others(parts)
        for part in parts:
            if meter := meters.find(part):
                reading = reading_of(part, seconds, used, self._sizes, self._processor_mhz)
                meter.take(part.metric.measure(reading))

    def change_flush_interval(self, interval: timedelta) -> None:
        """Write meters every so often from now on."""
        self.flush_interval = interval
        self._store.save_flush_interval(interval)

    def flush(self) -> None:
        """Write every meter."""
        for guid, meters in self._by_guid.items():
            self._store.save(guid, meters.kept)

    def carried(self, guid: str) -> Json:
        """What goes along with the VM of that GUID: a recorded configuration holds its meters."""
        meters = self._by_guid.get(guid.lower())
        return meters_to_json(meters.kept) if meters else []

    def adopt(self, system: VirtualSystem, carried: Json) -> None:
        """Go on metering a VM that has arrived."""
        if carried:
            self._by_guid[system.guid.lower()] = SystemMeters(meters_from_json(carried))
            self._store.save(system.guid, self._of(system).kept)

    def forget(self, system: VirtualSystem) -> None:
        """A VM is gone, and its meters with it."""
        self._by_guid.pop(system.guid.lower(), None)
        self._store.save(system.guid, {})

    def _of(self, system: VirtualSystem) -> SystemMeters:
        guid = system.guid.lower()
        if guid not in self._by_guid:
            self._by_guid[guid] = SystemMeters()
        return self._by_guid[guid]

    def _save_all(self, parts: Sequence[Part]) -> None:
        for guid in {part.system.guid.lower() for part in parts}:
            if guid in self._by_guid:
                self._store.save(guid, self._by_guid[guid].kept)
