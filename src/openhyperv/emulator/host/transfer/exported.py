"""What an export holds: a machine with its checkpoints as they were when the export began."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from openhyperv.emulator.host.checkpoints.taking import snapshot_dir
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.virtual_system import Snapshot, SystemState, VirtualSystem
from openhyperv.emulator.host.transfer.layout import CHECKPOINTS, MACHINES


@frozen(eq=False)
class Part:
    """One definition, and where its guest's memory and variables are, if they are to go along."""

    folder: str
    configuration: Configuration
    state_dir: Path | None


@frozen(eq=False)
class Exported:
    """``system`` is a copy that no host knows; ``state_dir`` belongs to the machine itself."""

    system: VirtualSystem
    state_dir: Path | None = None

    def parts(self, host: Host) -> Iterator[Part]:
        """The machine, then its checkpoints."""
        yield Part(MACHINES, self.system.configuration, self.state_dir)
        for snapshot in self.system.snapshots.values():
            yield Part(CHECKPOINTS, snapshot.configuration, snapshot_dir(host, snapshot.guid))


def as_it_is(host: Host, system: VirtualSystem) -> Exported:
    """The machine at rest; of one that runs the settings alone, as it would be once it is off."""
    configuration = system.configuration.copy(system.guid)
    if system.state.is_on:
        return Exported(VirtualSystem(system.guid, configuration))
    return Exported(VirtualSystem(system.guid, configuration, system.state), host.state_dir(system))


def as_it_was(host: Host, system: VirtualSystem, checkpoint: Snapshot, owner: str) -> Exported:
    """The machine at a checkpoint, with that GUID and the machine's own name."""
    configuration = checkpoint.configuration.copy(owner)
    is_saved = configuration.values.pop("IsSaved", False) is True
    del configuration.values["VirtualSystemType"]
    # UNVERIFIED: a checkpoint that is exported alone takes the machine's name
    configuration.values |= {"ElementName": system.name, "VirtualSystemIdentifier": owner}
    state = SystemState.SAVED if is_saved else SystemState.OFF
    return Exported(VirtualSystem(owner, configuration, state), snapshot_dir(host, checkpoint.guid))


def add_checkpoints(target: VirtualSystem, system: VirtualSystem, besides: Snapshot | None) -> None:
    """Let an export's machine have the checkpoints too, ``besides`` one that was taken for the export."""
    for key, snapshot in system.snapshots.items():
        if snapshot is not besides:
            frozen = snapshot.configuration.copy(snapshot.guid)
            target.snapshots[key] = Snapshot(frozen, snapshot.parent)
    target.current_parent = besides.parent if besides else system.current_parent
    target.last_applied = system.last_applied
