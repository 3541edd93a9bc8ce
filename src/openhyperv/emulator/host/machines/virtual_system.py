"""One virtual machine of the host: its identity, state, configuration, snapshots and running guest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import IntEnum
from threading import Event

from attrs import define, field

from openhyperv.emulator.guests.machine import Guest, GuestEvent
from openhyperv.emulator.host.identities import COMPUTER_SYSTEM, PLANNED_SYSTEM, system_path
from openhyperv.emulator.host.jobs.running import Job
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.processor_load import LoadMeter
from openhyperv.emulator.host.machines.system_defaults import PLANNED
from openhyperv.emulator.host.numa.physical_nodes import Residence
from openhyperv.wire.path import ObjectPath

AT_REST = 5  # UNVERIFIED: recordings show 5 and 12 for a VM that nothing was asked of; 5 is the newer host
"""CIM_EnabledLogicalElement.RequestedState of a VM that is not on its way to another state."""


class SystemState(IntEnum):
    """Msvm_ComputerSystem.EnabledState of a VM, stable states first."""

    RUNNING = 2
    OFF = 3
    SAVED = 6
    PAUSED = 9
    STARTING = 10
    STOPPING = 4
    SAVING = 32773
    PAUSING = 32776
    RESUMING = 32777

    @property
    def is_on(self) -> bool:
        """True while there is a guest."""
        return self not in (SystemState.OFF, SystemState.SAVED)

    @property
    def is_stable(self) -> bool:
        """True for a state that lasts until somebody asks for another."""
        return self in (SystemState.RUNNING, SystemState.OFF, SystemState.SAVED, SystemState.PAUSED)


class Undertaking(IntEnum):
    """What a VM is busy with besides running: a second value in OperationalStatus."""

    CREATING_SNAPSHOT = 32768
    APPLYING_SNAPSHOT = 32769
    DELETING_SNAPSHOT = 32770
    MERGING_DISKS = 32772
    EXPORTING = 32773


@define(eq=False)
class Session:
    """One run of a guest, from power-on to its end. ``ended_by`` is the guest's last event."""

    started: datetime = field(factory=lambda: datetime.now(UTC))
    guest: Guest | None = None
    last_heartbeat: datetime | None = None
    ended_by: GuestEvent | None = None
    ended: Event = field(factory=Event)
    load: LoadMeter = field(factory=LoadMeter)
    residences: Sequence[Residence] = ()
    """Where on the host the memory of each of its virtual NUMA nodes is."""
    pressed_keys: set[int] = field(factory=set)


@define(eq=False)
class Snapshot:
    """A checkpoint: a frozen configuration, whose owner is the checkpoint's own GUID."""

    configuration: Configuration
    parent: str | None = None

    @property
    def guid(self) -> str:
        """The checkpoint's GUID."""
        return self.configuration.owner


@define(eq=False)
class VirtualSystem:
    """A VM. Read and change it under the host's lock; its guest is worked on without."""

    guid: str
    configuration: Configuration
    state: SystemState = SystemState.OFF
    requested_state: int = AT_REST
    state_changed: datetime = field(factory=lambda: datetime.now(UTC))
    configuration_changed: datetime = field(factory=lambda: datetime.now(UTC))
    undertaking: Undertaking | None = None
    is_being_reconfigured: bool = False
    moving: Job | None = None
    """The job that takes the VM to another state, the last one if none is under way."""
    session: Session | None = None
    snapshots: dict[str, Snapshot] = field(factory=dict)
    current_parent: str | None = None
    """The snapshot that the VM's present state grew from: the last one taken or applied."""
    last_applied: str | None = None
    ran_before: bool = False
    """It was on when the host was last switched off."""
    unmerged: list[str] = field(factory=list)
    """Disk files of deleted snapshots that are still to be merged, as Windows paths."""
    console_trustees: list[str] = field(factory=list)
    """The accounts, besides administrators, that may open its console."""

    @property
    def is_planned(self) -> bool:
        """True for one that was imported or designed, and is yet to become a virtual machine."""
        return self.configuration.value("VirtualSystemType") == PLANNED

    @property
    def path(self) -> ObjectPath:
        """Its Msvm_ComputerSystem, or Msvm_PlannedComputerSystem."""
        return system_path(self.guid, PLANNED_SYSTEM if self.is_planned else COMPUTER_SYSTEM)

    @property
    def name(self) -> str:
        """The display name."""
        return self.configuration.name

    @property
    def is_busy(self) -> bool:
        """True while a job moves it to another state, changes its devices or works on its snapshots."""
        return not self.state.is_stable or self.undertaking is not None or self.is_being_reconfigured

    @property
    def on_time_ms(self) -> int:
        """Msvm_ComputerSystem.OnTimeInMilliseconds: 0 when off."""
        if self.session is None or not self.state.is_on:
            return 0
        return int((datetime.now(UTC) - self.session.started).total_seconds() * 1000)

    @property
    def has_heartbeat(self) -> bool:
        """True once the running guest's heartbeat service has answered."""
        return self.session is not None and self.session.last_heartbeat is not None

    def find_snapshot(self, guid: str) -> Snapshot | None:
        """The snapshot of that GUID, in any case of letters."""
        return self.snapshots.get(guid.lower())

    def children_of(self, guid: str | None) -> list[Snapshot]:
        """The snapshots that were taken next after a snapshot, or the roots for None."""
        wanted = guid.lower() if guid else None
        return [s for s in self.snapshots.values() if (s.parent.lower() if s.parent else None) == wanted]
