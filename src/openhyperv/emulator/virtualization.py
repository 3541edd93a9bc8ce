"""What runs the guests of an emulated host, and what carries their frames: QEMU with switches, or neither."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Self

from attrs import frozen

from openhyperv.emulator.disks.running import Resolve
from openhyperv.emulator.guests.machine import GuestRunner
from openhyperv.emulator.guests.runner import QemuRunner
from openhyperv.emulator.guests.state_only import StateOnlyRunner
from openhyperv.emulator.host.switches.uplinks import Surroundings
from openhyperv.emulator.host.switches.wiring import FabricWiring, NoWiring, Wiring
from openhyperv.emulator.network.fabric import Fabric
from openhyperv.emulator.run_dir import RunDir
from openhyperv.emulator.smb.pipes import PipeDirectory


@frozen
class Virtualization:
    """A runner of guests, and what is told how their ports are to be."""

    runner: GuestRunner
    wiring: Wiring

    @classmethod
    def of_states(cls) -> Self:
        """Guests that are states only send no frames: no switch runs for them."""
        return cls(StateOnlyRunner(), NoWiring())


@frozen
class QemuVirtualization:
    """What guests that run in QEMU need around them, over all reboots of their host."""

    cache: Path
    pipes: PipeDirectory
    resolve: Resolve
    networks: Path
    surroundings: Surroundings

    def start(self, resources: ExitStack) -> Virtualization:
        """Start the switches; ``resources`` ends them.

        :raises InvalidInputError: the folder of the physical networks has too long a path
        """
        fabric = Fabric(self.networks)
        resources.callback(fabric.close)
        runner = QemuRunner(self.cache, self.pipes, self.resolve, fabric)
        return Virtualization(runner, FabricWiring(fabric, self.surroundings))


def own_networks(resources: ExitStack, data: Path) -> Path:
    """A folder of physical networks that nobody else knows; ``resources`` removes it."""
    folder = RunDir.create(data / "networks")
    resources.callback(folder.remove)
    return folder.path
