"""A program that makes a machine again on a host, of the files that it has on another one.

python -m tests.faults.moving IDENTITY; variables that begin with SOURCE_ say where the other host is.
"""

from __future__ import annotations

import os
import sys
from uuid import UUID

from attrs import evolve

from openhyperv.files.carrying import carry_file
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.creation.bringing import BroughtFile
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.moving.baggage import pack
from openhyperv.machine.drives import DiskFormat, FromImage
from openhyperv.machine.request import DiskRequest
from openhyperv.machine.spec import MachineSpec
from openhyperv.transport.target import Target
from tests.files.pictures import MIB
from tests.hyperv.specs import GIB, machine_spec

NAME = "mover"
PREFIX = "SOURCE_"


def spec(identity: UUID, image: WindowsPath, size_gib: int) -> MachineSpec:
    """The machine on an image of 8 MiB."""
    source = FromImage(str(image), DiskFormat.VHDX, 8 * MIB)
    disk = DiskRequest("root", source, size_bytes=size_gib * GIB, boot_index=0)
    return evolve(machine_spec(NAME, disks=(disk,)), identity=identity, serial_ports=())


def move(source: Host, target: Host, identity: UUID) -> str:
    """Make it again, twice as large; returns its GUID there."""
    baggage = pack(source.session, source.share, source.layout, source.machine(NAME).guid)
    (image,), (bag,) = baggage.images, baggage.bags
    parent = target.layout.images / image.name
    if not target.share.exists(parent):
        carry_file(source.share, image, target.share, parent)
    file = BroughtFile(source.share, bag.path, target.layout.machine(identity) / bag.path.name, parent)
    wanted = evolve(spec(identity, parent, 2), firmware_guid=baggage.firmware_guid)
    return target.create(wanted, brought=[file]).guid


if __name__ == "__main__":
    elsewhere = {name.removeprefix(PREFIX): value for name, value in os.environ.items() if PREFIX in name}
    with (
        Host.connect(Target.from_environment(elsewhere)) as there,
        Host.connect(Target.from_environment(os.environ)) as here,
    ):
        move(there, here, UUID(sys.argv[1]))
