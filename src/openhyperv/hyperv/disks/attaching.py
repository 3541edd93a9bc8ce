"""Attaching a disk or a DVD drive to a machine: the file, the slot, then drive and medium in one call."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, InvalidInputError
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv import settings
from openhyperv.hyperv.components import demand_off, device_settings
from openhyperv.hyperv.device_changes import add_devices
from openhyperv.hyperv.disks.drives import Drive, Storage, read_storage
from openhyperv.hyperv.disks.making import make_disk
from openhyperv.hyperv.disks.media import Limits, check_limits
from openhyperv.hyperv.disks.placing import place_disk, place_dvd, slot_text
from openhyperv.hyperv.disks.virtual_disks import VirtualDisks
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.names import RESOURCE_SETTINGS, setting, system_settings
from openhyperv.hyperv.values import text
from openhyperv.machine.drives import Bus, Disk, Dvd, ExistingDisk, Slot
from openhyperv.machine.request import DiskRequest
from openhyperv.machine.rules.disk_files import check_format, size_of
from openhyperv.wire.instance import Instance


def attach_disk(
    session: Session,
    files: VirtualDisks,
    layout: Layout,
    guid: str,
    wanted: DiskRequest,
    slot: Slot | None,
) -> Drive:
    """See :meth:`openhyperv.hyperv.disks.machine_disks.MachineDisks.attach`."""
    look = session.aside(lambda: _looked_at(files, wanted))
    attachment = _Attachment(session, guid)
    storage = attachment.storage
    check_format(wanted, storage.generation)
    limits = check_limits(Limits(wanted.maximum_iops or 0, wanted.minimum_iops))
    size_bytes = size_of(wanted, root_gb=0)
    look()
    file = _file(session, layout, guid, wanted)
    present = storage.holding(file)
    if present is not None:
        return _agreed(present, slot)
    disk = Disk(
        wanted.name,
        wanted.source,
        place_disk(storage, wanted.bus, slot),
        size_bytes=size_bytes,
        maximum_iops=limits.maximum_iops,
        minimum_iops=limits.minimum_iops,
    )
    attachment.check(disk.slot)
    if not isinstance(wanted.source, ExistingDisk):
        make_disk(files, disk, WindowsPath.parse(file).parent)
    return attachment.run(disk, file)


def _looked_at(files: VirtualDisks, wanted: DiskRequest) -> None:
    """A file that is missing or damaged is found out before the machine has it."""
    if isinstance(wanted.source, ExistingDisk):
        files.inspect(wanted.source.path)


def _file(session: Session, layout: Layout, guid: str, wanted: DiskRequest) -> str:
    """The file of the disk: a new one is in the machine's folder, and goes with it."""
    source = wanted.source
    if isinstance(source, ExistingDisk):
        return source.path
    root = text(session.get(system_settings(guid)), "ConfigurationDataRoot")
    folder = WindowsPath.parse(root)
    if not layout.owns(folder):
        raise InvalidInputError(
            "The machine has no folder of its own for a new disk.",
            target=guid,
            remedy="Create the disk's file first, where it shall be, and attach that.",
        )
    return str(folder / f"{wanted.name}.{source.format.value}")


def _agreed(present: Drive, slot: Slot | None) -> Drive:
    if slot is not None and present.slot != slot:
        message = f"The machine has that disk already, at {slot_text(present.slot)}."
        raise ConflictError(message, target=present.file)
    return present


def attach_dvd(session: Session, guid: str, iso: str | None, slot: Slot | None) -> Drive:
    """See :meth:`openhyperv.hyperv.disks.machine_disks.MachineDisks.attach_dvd`."""
    attachment = _Attachment(session, guid)
    present = attachment.storage.holding(iso) if iso is not None else None
    if present is None and slot is not None:
        present = _empty_dvd(attachment.storage.at(slot), iso)
    if present is not None:
        return _agreed(present, slot)
    dvd = Dvd("dvd", iso, place_dvd(attachment.storage, slot))
    attachment.check(dvd.slot)
    return attachment.run(dvd, iso)


def _empty_dvd(present: Drive | None, iso: str | None) -> Drive | None:
    is_there = present is not None and present.is_dvd and present.file is None and iso is None
    return present if is_there else None


class _Attachment:
    """One new drive of one machine."""

    def __init__(self, session: Session, guid: str) -> None:
        self._session = session
        self._guid = guid
        self.storage: Storage = read_storage(device_settings(session, guid))

    def check(self, slot: Slot) -> None:
        """Refuse, before anything is sent, a slot that only a machine that is off can get a drive in."""
        if slot.bus is Bus.IDE:
            demand_off(self._session, self._guid, "IDE drives come and go only while a machine is off.")
        elif slot.controller >= len(self.storage.scsi_controllers):
            demand_off(self._session, self._guid, "SCSI controllers come only while a machine is off.")

    def run(self, what: Disk | Dvd, file: str | None) -> Drive:
        """Add the drive with what is in it, and the controllers up to its own."""
        controller = self._controller(what.slot)
        key = settings.drive_id(controller, what.slot)
        wanted = [settings.drive(what, setting(RESOURCE_SETTINGS, controller).on("."))]
        if file is not None:
            wanted.append(settings.medium(what, setting(RESOURCE_SETTINGS, key).on("."), file))
        add_devices(self._session, self._guid, wanted)
        if isinstance(what, Dvd):
            return Drive(key, what.slot, is_dvd=True, file=file)
        limits = (what.maximum_iops, what.minimum_iops)
        return Drive(key, what.slot, is_dvd=False, file=file, maximum_iops=limits[0], minimum_iops=limits[1])

    def _controller(self, slot: Slot) -> str:
        present = list(self.storage.controllers(slot.bus))
        missing = slot.controller + 1 - len(present)
        if missing > 0:
            new: list[Instance] = [settings.scsi_controller() for _ in range(missing)]
            made = add_devices(self._session, self._guid, new)
            present += [str(path.key("InstanceID")) for path in made]
        return present[slot.controller]
