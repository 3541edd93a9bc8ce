"""Disks and DVD drives: buses, slots, formats and sizes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import define, field

from openhyperv.machine.drives import Bus, Disk, Dvd, Slot
from openhyperv.machine.limits import IDE_CONTROLLERS, IDE_LOCATIONS, SCSI_CONTROLLERS, SCSI_LOCATIONS
from openhyperv.machine.properties import ImageProperties
from openhyperv.machine.remarks import Remarks
from openhyperv.machine.request import DiskRequest, DriveRequest, DvdRequest, MachineRequest
from openhyperv.machine.rules.disk_files import check_format, size_of
from openhyperv.machine.rules.disk_qos import flavor_iops_of, iops_of
from openhyperv.machine.rules.texts import check_text
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule, one_of

DISK_BUS = "hw_disk_bus"
CDROM_BUS = "hw_cdrom_bus"
BUSES = tuple(Bus)
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


def drives_of(
    request: MachineRequest, generation: Generation, remarks: Remarks
) -> tuple[tuple[Disk, ...], tuple[Dvd, ...]]:
    """Every drive with its slot, in the order of the request; the root is at controller 0, location 0.

    Generation 1 boots from IDE (2 controllers of 2) and reads DVDs there; its other disks go to SCSI unless
    they ask for IDE. Its config drive is at IDE 1:0, of either kind. Generation 2 has SCSI only (4
    controllers of 64).

    :raises BrokenRuleError: no slot left, a bus or format that the generation does not have, a bad size, or
        a config drive that shall be booted from
    :raises UnsupportedError: a limit of operations on a host that has none
    """
    _check_names(request)
    _check_config_drive(request)
    slots = _Slots()
    placed = {
        drive.name: slots.take(drive.name, _candidates(request, drive, generation))
        for drive in _in_order_of_claim(request)
    }
    flavor_iops = flavor_iops_of(request.flavor, remarks)
    disks = tuple(
        _disk(request, each, placed[each.name], generation, flavor_iops) for each in request.all_disks
    )
    dvds = tuple(Dvd(each.name, each.path, placed[each.name], each.boot_index) for each in request.all_dvds)
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


def _check_config_drive(request: MachineRequest) -> None:
    drive = request.config_drive
    if drive is not None and drive.boot_index is not None:
        raise BrokenRuleError(Rule.CONFIG_DRIVE, drive.name, "A config drive is not booted from.")


def _in_order_of_claim(request: MachineRequest) -> Iterator[DriveRequest]:
    first = [drive for drive in (request.root(), request.config_drive) if drive is not None]
    yield from first
    yield from (drive for drive in request.drives if all(drive is not each for each in first))


def _candidates(request: MachineRequest, drive: DriveRequest, generation: Generation) -> Sequence[Slot]:
    if isinstance(drive, DvdRequest):
        bus = _allowed(_asked(request.image, CDROM_BUS), drive, generation, generation_1=(Bus.IDE,))
        is_root = drive is request.root()
        return _SCSI if bus is Bus.SCSI else _IDE if is_root else _IDE_FOR_DVD
    if _disk_bus(request, drive, generation) is Bus.SCSI:
        return _SCSI
    return _IDE_FOR_DVD if drive is request.config_drive else _IDE


def _disk_bus(request: MachineRequest, drive: DiskRequest, generation: Generation) -> Bus:
    asked = drive.bus
    if drive is request.config_drive:
        return _allowed(asked, drive, generation, generation_1=(Bus.IDE, Bus.SCSI))
    if drive is request.root():
        asked = asked or _asked(request.image, DISK_BUS)
        return _allowed(asked, drive, generation, generation_1=(Bus.IDE,))
    return _allowed(asked, drive, generation, generation_1=(Bus.SCSI, Bus.IDE))


def _asked(image: ImageProperties, name: str) -> Bus | None:
    value = image.get(name)
    return None if value is None else Bus(one_of(Rule.DISK_BUS, name, value.lower(), BUSES))


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


def _disk(
    request: MachineRequest, wanted: DiskRequest, slot: Slot, generation: Generation, flavor_iops: int
) -> Disk:
    check_format(wanted, generation)
    root_gb = request.flavor.root_gb if wanted is request.root() else 0
    if wanted is request.config_drive:
        flavor_iops = 0
    maximum_iops, minimum_iops = iops_of(wanted, flavor_iops, request.host)
    size_bytes = size_of(wanted, root_gb)
    return Disk(wanted.name, wanted.source, slot, size_bytes, wanted.boot_index, maximum_iops, minimum_iops)
