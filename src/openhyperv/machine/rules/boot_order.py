"""In which order a machine tries its devices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from openhyperv.machine.boot import BiosBoot, BootDevice, BootOrder, UefiBoot
from openhyperv.machine.drives import Disk, Dvd
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.request import DriveRequest, DvdRequest, MachineRequest
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule

_Device: TypeAlias = DriveRequest | NetworkAdapter

_ISO_FIRST = BiosBoot((BootDevice.CD, BootDevice.HARD_DISK, BootDevice.NETWORK, BootDevice.FLOPPY))
_DISK_FIRST = BiosBoot((BootDevice.HARD_DISK, BootDevice.CD, BootDevice.NETWORK, BootDevice.FLOPPY))


def check_boot_indexes(devices: Sequence[_Device]) -> None:
    """Boot indexes are not negative and name one device each.

    :raises BrokenRuleError: they are, or do not
    """
    taken: dict[int, str] = {}
    for device in devices:
        index = device.boot_index
        if index is None:
            continue
        if index < 0:
            raise BrokenRuleError(
                Rule.BOOT_INDEX, device.name, f"Boot index {index} is negative; leave it out instead."
            )
        if index in taken:
            raise BrokenRuleError(
                Rule.BOOT_INDEX, device.name, f"Boot index {index} is that of {taken[index]} too."
            )
        taken[index] = device.name


def boot_order_of(request: MachineRequest, generation: Generation, drives: Sequence[Disk | Dvd]) -> BootOrder:
    """Generation 2 by boot index, then the drives without one, and network adapters without one last.

    Generation 1 knows classes of devices only: an ISO that is the root goes first, else hard disks do
    (usage guide, "Setting Boot Order"). Its synthetic adapters cannot boot at all.

    :raises BrokenRuleError: an adapter of generation 1 has a boot index
    """
    if generation is Generation.ONE:
        _refuse_network_boot(request)
        return _ISO_FIRST if isinstance(request.root(), DvdRequest) else _DISK_FIRST
    devices = sorted((*drives, *request.network_adapters), key=_rank)
    return UefiBoot(tuple(each.name if isinstance(each, NetworkAdapter) else each.slot for each in devices))


def _refuse_network_boot(request: MachineRequest) -> None:
    for adapter in request.network_adapters:
        if adapter.boot_index is not None:
            raise BrokenRuleError(
                Rule.BOOT_INDEX,
                adapter.name,
                "Generation 1 does not boot from a synthetic network adapter.",
                remedy="Leave the boot index out, or use generation 2 (hw_machine_type=hyperv-gen2).",
            )


def _rank(device: Disk | Dvd | NetworkAdapter) -> tuple[bool, int]:
    return device.boot_index is None, device.boot_index or 0
