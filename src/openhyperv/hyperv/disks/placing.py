"""Which slot of a machine a new drive gets, and which drive a caller means. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.hyperv.disks.drives import Drive, Storage
from openhyperv.machine.drives import Bus, Slot
from openhyperv.machine.limits import IDE_CONTROLLERS, IDE_LOCATIONS, SCSI_CONTROLLERS, SCSI_LOCATIONS
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule

_SIZES = {Bus.IDE: (IDE_CONTROLLERS, IDE_LOCATIONS), Bus.SCSI: (SCSI_CONTROLLERS, SCSI_LOCATIONS)}


def place_disk(storage: Storage, bus: Bus | None, slot: Slot | None) -> Slot:
    """The slot for a new disk: the one asked for, or the first free one of a bus, SCSI unless told.

    The slot may be on the SCSI controller after the last one that the machine has.

    :raises BrokenRuleError: the machine cannot have such a slot, or all of that bus are taken
    :raises ConflictError: another drive is in it
    """
    if slot is not None:
        return _checked(storage, slot)
    return _first_free(storage, _slots(_bus(storage, bus or Bus.SCSI)))


def place_dvd(storage: Storage, slot: Slot | None) -> Slot:
    """The slot for a new DVD drive: generation 1 has them on IDE only, the second controller first.

    :raises BrokenRuleError, ConflictError: as for :func:`place_disk`
    """
    bus = Bus.IDE if storage.generation is Generation.ONE else Bus.SCSI
    if slot is None:
        slots = _slots(bus)
        second = [each for each in slots if each.bus is Bus.IDE and each.controller]
        return _first_free(storage, [*second, *slots])
    if slot.bus is not bus:
        message = f"DVD drives of generation {storage.generation} are on {bus.upper()}."
        raise BrokenRuleError(Rule.DISK_BUS, slot_text(slot), message, operation="attach a drive")
    return _checked(storage, slot)


def slot_text(slot: Slot) -> str:
    """For people: ``scsi:0:3``."""
    return f"{slot.bus}:{slot.controller}:{slot.location}"


def _bus(storage: Storage, bus: Bus) -> Bus:
    if bus is Bus.IDE and storage.generation is Generation.TWO:
        message = "Generation 2 has no IDE, only SCSI."
        raise BrokenRuleError(Rule.DISK_BUS, bus, message, operation="attach a drive")
    return bus


def _checked(storage: Storage, slot: Slot) -> Slot:
    controllers, locations = _SIZES[_bus(storage, slot.bus)]
    if slot.controller not in range(controllers) or slot.location not in range(locations):
        message = (
            f"{slot.bus.upper()} has {controllers} controllers of {locations} locations, counted from 0."
        )
        raise BrokenRuleError(Rule.DISK_SLOTS, slot_text(slot), message, operation="attach a drive")
    taken = storage.at(slot)
    if taken is not None:
        raise ConflictError(f"In that slot is {contents(taken)}.", target=slot_text(slot))
    return slot


def _slots(bus: Bus) -> list[Slot]:
    """All slots of a bus, those of controllers that the machine has before those that it may get."""
    controllers, locations = _SIZES[bus]
    return [Slot(bus, c, n) for c in range(controllers) for n in range(locations)]


def _first_free(storage: Storage, slots: Sequence[Slot]) -> Slot:
    slot = next((each for each in slots if storage.at(each) is None), None)
    if slot is None:
        bus = slots[0].bus
        message = f"All {len(set(slots))} {bus.upper()} slots of the machine are taken."
        raise BrokenRuleError(Rule.DISK_SLOTS, bus, message, operation="attach a drive")
    return slot


def contents(drive: Drive) -> str:
    """What a drive holds, for people."""
    kind = "DVD drive" if drive.is_dvd else "disk drive"
    return drive.file or drive.host_disk or f"an empty {kind}"


def find_drive(drives: Iterable[Drive], which: Slot | str) -> Drive:
    """The drive in a slot, or the one that holds a file: by its path on the host, or by its name alone.

    :raises NotFoundError: there is none
    :raises ConflictError: several files have that name
    """
    found = [drive for drive in drives if _is_meant(drive, which)]
    target = which if isinstance(which, str) else slot_text(which)
    if not found:
        raise NotFoundError("The machine has no such drive.", target=target)
    if len(found) > 1:
        files = ", ".join(contents(drive) for drive in found)
        raise ConflictError(f"Several drives fit: {files}.", target=target, remedy="Name it by its slot.")
    return found[0]


def _is_meant(drive: Drive, which: Slot | str) -> bool:
    if isinstance(which, Slot):
        return drive.slot == which
    file = (drive.file or "").lower()
    return bool(file) and which.lower() in (file, file.rpartition("\\")[2])
