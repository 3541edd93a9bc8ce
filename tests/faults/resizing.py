"""A program that gives a machine another size: more of everything, and another ephemeral disk.

python -m tests.faults.resizing IDENTITY
"""

from __future__ import annotations

import os
import sys
from uuid import UUID

from attrs import evolve

from openhyperv.hyperv.host import Host
from openhyperv.machine.drives import BlankDisk
from openhyperv.machine.lifecycle import StopAction
from openhyperv.machine.memory import Memory
from openhyperv.machine.processors import Processors
from openhyperv.machine.request import DiskRequest
from openhyperv.machine.spec import MachineSpec
from openhyperv.transport.target import Target
from tests.hyperv.specs import GIB, machine_spec

NAME = "web01"


def small(identity: UUID) -> MachineSpec:
    """The machine as it was created."""
    return _spec(identity, _disk("root", GIB), _disk("eph0", GIB // 8))


def large(identity: UUID) -> MachineSpec:
    """The machine as it shall be."""
    spec = _spec(identity, _disk("root", 2 * GIB), _disk("eph1", GIB // 4))
    return evolve(
        spec,
        processors=Processors(4, nested=True),
        memory=Memory.static(2048),
        disks=tuple(evolve(disk, maximum_iops=700) for disk in spec.disks),
        stop_action=StopAction.TURN_OFF,
    )


def _spec(identity: UUID, *disks: DiskRequest) -> MachineSpec:
    return evolve(machine_spec(NAME, disks=disks), identity=identity, serial_ports=())


def _disk(name: str, size_bytes: int) -> DiskRequest:
    return DiskRequest(name, BlankDisk(), size_bytes=size_bytes)


if __name__ == "__main__":
    with Host.connect(Target.from_environment(os.environ)) as host:
        host.machine(NAME).reconfigure(large(UUID(sys.argv[1])))
