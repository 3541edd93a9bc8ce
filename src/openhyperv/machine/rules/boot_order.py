"""In which order a machine tries its devices."""

from __future__ import annotations

from collections.abc import Sequence

from openhyperv.machine.request import DriveRequest, DvdRequest, MachineRequest
from openhyperv.machine.spec import BiosBoot, BootDevice, BootOrder, Disk, Dvd, Generation, UefiBoot
from openhyperv.machine.violations import BrokenRuleError, Rule

_ISO_FIRST = BiosBoot((BootDevice.CD, BootDevice.HARD_DISK, BootDevice.NETWORK, BootDevice.FLOPPY))
_DISK_FIRST = BiosBoot((BootDevice.HARD_DISK, BootDevice.CD, BootDevice.NETWORK, BootDevice.FLOPPY))


def check_boot_indexes(drives: Sequence[DriveRequest]) -> None:
    """Boot indexes are not negative and name one drive each.

    :raises BrokenRuleError: they are, or do not
    """
    taken: dict[int, str] = {}
    for drive in drives:
        index = drive.boot_index
        if index is None:
            continue
        if index < 0:
            raise BrokenRuleError(
                Rule.BOOT_INDEX, drive.name, f"Boot index {index} is negative; leave it out instead."
            )
        if index in taken:
            raise BrokenRuleError(
                Rule.BOOT_INDEX, drive.name, f"Boot index {index} is that of {taken[index]} too."
            )
        taken[index] = drive.name


def boot_order_of(request: MachineRequest, generation: Generation, drives: Sequence[Disk | Dvd]) -> BootOrder:
    """Generation 2 by boot index, drives without one after the others and network adapters last.

    Generation 1 knows classes of devices only: an ISO that is the root goes first, else hard disks do
    (usage guide, "Setting Boot Order").
    """
    if generation is Generation.ONE:
        return _ISO_FIRST if isinstance(request.root(), DvdRequest) else _DISK_FIRST
    return UefiBoot(
        tuple(drive.slot for drive in sorted(drives, key=_rank)),
        tuple(adapter.name for adapter in request.network_adapters),
    )


def _rank(drive: Disk | Dvd) -> tuple[bool, int]:
    return drive.boot_index is None, drive.boot_index or 0
