"""What a guest would have written to its server's root disk."""

from __future__ import annotations

from contextlib import closing

from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.layer import open_writable
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.virtual_machine import VirtualMachine

WRITTEN = b"written by the guest".ljust(512)
_FAR_BYTES = 5 << 20


def write_to_disk(emulated: EmulatedHost, machine: VirtualMachine, data: bytes = WRITTEN) -> None:
    """Write to the machine's root disk, as a guest does while Nova sees nothing of it."""
    with closing(open_writable(emulated.host.files.local(machine.disk_files()[0]))) as disk:
        disk.write(_FAR_BYTES, data)
        disk.flush()


def written_on_disk(emulated: EmulatedHost, machine: VirtualMachine) -> bytes:
    """What the machine's root disk has at that place."""
    file = emulated.host.files.local(machine.disk_files()[0])
    with Chain.open(file, emulated.host.files.local) as chain:
        return b"".join(piece.read(0, piece.length) for piece in chain.pieces(_FAR_BYTES, len(WRITTEN)))
