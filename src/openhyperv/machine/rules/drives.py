"""Disks and DVD drives: buses, slots, formats and sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import define, field

from openhyperv.machine.drives import Bus, Disk, Dvd, Slot
from openhyperv.machine.limits import IDE_CONTROLLERS, IDE_LOCATIONS, SCSI_CONTROLLERS, SCSI_LOCATIONS
from openhyperv.machine.properties import ImageProperties
from openhyperv.machine.request import DiskRequest, DriveRequest, DvdRequest, MachineRequest
from openhyperv.machine.rules.disk_files import check_format, size_of
from openhyperv.machine.rules.texts import check_text
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule, one_of

DISK_BUS = "hw_disk_bus"
CDROM_BUS = "hw_cdrom_bus"
_BUSES = tuple(Bus)
_IDE = tuple(Slot(Bus.IDE, c, n) for c in range(IDE_CONTROLLERS) for n in range(IDE_LOCATIONS))
_IDE_FOR_DVD = _IDE[IDE_LOCATIONS:] + _IDE[:IDE_LOCATIONS]
_SCSI = tuple(Slot(Bus.SCSI, c, n) for c in range(SCSI_CONTROLLERS) for n in range(SCSI_LOCATIONS))


@define
class _Slots:
    """The slots handed out so far."""

    taken: set[Slot] = field(factory=set)

    def take(self, drive: str, candidates: Sequence[Slot]) -> Slot:
        slot = next((each for each in candidates if each not in self.taken), None)
        if slot is None:
            raise BrokenRuleError(
                Rule.DISK_SLOTS,
                drive,
                f"All {len(candidates)} {candidates[0].bus.upper()} slots of the machine are taken.",
            )
        self.taken.add(slot)
        return slot


def drives_of(request: MachineRequest, generation: Generation) -> tuple[tuple[Disk, ...], tuple[Dvd, ...]]:
    """Every drive with its slot, in the order of the request; the root is at controller 0, location 0.

    Generation 1 boots from IDE (2 controllers of 2) and reads DVDs there; its other disks go to SCSI unless
    they ask for IDE. Generation 2 has SCSI only (4 controllers of 64).

    :raises BrokenRuleError: no slot left, a bus or format that the generation does not have, a bad size
    """
    _check_names(request)
    slots = _Slots()
    placed = {
        drive.name: slots.take(drive.name, _candidates(request, drive, generation))
        for drive in _in_order_of_claim(request)
    }
    disks = tuple(_disk(request, drive, placed[drive.name], generation) for drive in request.disks)
    dvds = tuple(Dvd(each.name, each.path, placed[each.name], each.boot_index) for each in request.dvds)
    return disks, dvds


def scsi_controllers_of(drives: Sequence[Disk | Dvd]) -> int:
    """How many SCSI controllers the machine has: those in use, and one at least, to attach disks to later."""
    used = [drive.slot.controller for drive in drives if drive.slot.bus is Bus.SCSI]
    return max(used, default=0) + 1


def _check_names(request: MachineRequest) -> None:
    names = [drive.name for drive in request.drives]
    for name in names:
        check_text("drive name", name)
        if not name or names.count(name) > 1:
            raise BrokenRuleError(Rule.DRIVE_NAME, name, "Each drive has a name of its own.")


def _in_order_of_claim(request: MachineRequest) -> Iterator[DriveRequest]:
    root = request.root()
    if root is not None:
        yield root
    yield from (drive for drive in request.drives if drive is not root)


def _candidates(request: MachineRequest, drive: DriveRequest, generation: Generation) -> Sequence[Slot]:
    if isinstance(drive, DvdRequest):
        bus = _allowed(_asked(request.image, CDROM_BUS), drive, generation, generation_1=(Bus.IDE,))
        is_root = drive is request.root()
        return _SCSI if bus is Bus.SCSI else _IDE if is_root else _IDE_FOR_DVD
    return _IDE if _disk_bus(request, drive, generation) is Bus.IDE else _SCSI


def _disk_bus(request: MachineRequest, drive: DiskRequest, generation: Generation) -> Bus:
    asked = drive.bus
    if drive is request.root():
        asked = asked or _asked(request.image, DISK_BUS)
        return _allowed(asked, drive, generation, generation_1=(Bus.IDE,))
    return _allowed(asked, drive, generation, generation_1=(Bus.SCSI, Bus.IDE))


def _asked(image: ImageProperties, name: str) -> Bus | None:
    value = image.get(name)
    return None if value is None else Bus(one_of(Rule.DISK_BUS, name, value, _BUSES))


def _allowed(
    asked: Bus | None,
    drive: DriveRequest,
    generation: Generation,
    *,
    generation_1: tuple[Bus, ...],
) -> Bus:
    allowed = generation_1 if generation is Generation.ONE else (Bus.SCSI,)
    bus = asked or allowed[0]
    if bus not in allowed:
        raise BrokenRuleError(
            Rule.DISK_BUS,
            drive.name,
            f"Generation {generation} cannot have this drive on {bus.upper()}, only on {allowed[0].upper()}.",
        )
    return bus


def _disk(request: MachineRequest, wanted: DiskRequest, slot: Slot, generation: Generation) -> Disk:
    check_format(wanted, generation)
    root_gb = request.flavor.root_gb if wanted is request.root() else 0
    return Disk(wanted.name, wanted.source, slot, size_of(wanted, root_gb), wanted.boot_index)
