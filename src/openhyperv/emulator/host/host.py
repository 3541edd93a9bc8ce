"""One emulated Hyper-V host: what all providers share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Protocol

from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.events import EventBus
from openhyperv.emulator.guests.machine import GuestRunner
from openhyperv.emulator.host.files import HostFiles
from openhyperv.emulator.host.hardware import Hardware, adapters_for
from openhyperv.emulator.host.job_view import job_instance
from openhyperv.emulator.host.jobs import Jobs
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.systems import Systems


class SwitchNames(Protocol):
    """What virtual machines need to know about virtual switches."""

    def name_of(self, guid: str) -> str | None:
        """The ElementName of the switch of that GUID (any case of letters), None where there is none."""
        ...


class NoSwitches:
    """A host on which no switch provider was installed."""

    def name_of(self, guid: str) -> str | None:  # noqa: ARG002  # no switch has any GUID
        """Always None."""
        return None


class Host:
    """A host's identity, state and services.

    ``lock`` guards all of it. The object manager holds it around every Get, Enumerate and Invoke; the work of
    a job takes it only to read or change state, never while a guest or a disk is being worked on.
    ``data`` is the host's private folder: drive C is ``data/C``, everything else is bookkeeping.
    """

    def __init__(
        self,
        name: str,
        profile: Profile,
        data: Path,
        runner: GuestRunner,
        hardware: Hardware | None = None,
    ) -> None:
        self.name = name.upper()
        self.profile = profile
        self.hardware = hardware or Hardware(adapters=adapters_for(name, 2))
        self.schema = Schema.load(profile.release)
        self.data = data
        self.runner = runner
        self.lock = RLock()
        self.events = EventBus()
        self.jobs = Jobs(self.lock, self.events, job_instance)
        self.files = HostFiles(data / "C")
        self.systems = Systems()
        self.switches: SwitchNames = NoSwitches()
        self.boot_time = datetime.now(UTC)

    def close(self) -> None:
        """End jobs, then guests."""
        self.jobs.close()
        self.runner.close()
