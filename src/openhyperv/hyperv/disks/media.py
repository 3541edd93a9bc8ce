"""What is in a drive: DVDs that come and go, and bounds of a disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.hyperv import settings
from openhyperv.hyperv.device_changes import add_devices, change_devices, remove_devices
from openhyperv.hyperv.disks.drives import Drive
from openhyperv.hyperv.disks.placing import find_drive, slot_text
from openhyperv.hyperv.names import RESOURCE_SETTINGS, STORAGE_SETTINGS, setting
from openhyperv.machine.drives import Dvd, Slot
from openhyperv.machine.violations import BrokenRuleError, Rule
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value


@frozen
class Limits:
    """Operations of 8 KiB per second; 0 is no bound."""

    maximum_iops: int = 0
    minimum_iops: int = 0


def insert(session: Session, guid: str, drives: Sequence[Drive], iso: str, slot: Slot | None) -> Drive:
    """Put an ISO into a DVD drive; where it is in there already, nothing is sent."""
    drive = _dvd_drive(drives, slot)
    if drive.file is None:
        place = setting(RESOURCE_SETTINGS, drive.key).on(".")
        add_devices(session, guid, [settings.medium(Dvd("dvd", iso, drive.slot), place, iso)])
    elif drive.file.lower() != iso.lower():
        _change(session, guid, drive, {"HostResource": [iso]})
    return drive


def eject(session: Session, guid: str, drives: Sequence[Drive], slot: Slot | None) -> Drive:
    """Take the ISO out of a DVD drive."""
    drive = _dvd_drive(drives, slot)
    if drive.file is not None:
        remove_devices(session, guid, [setting(STORAGE_SETTINGS, drive.medium_key)])
    return drive


def exchange(session: Session, guid: str, files: Mapping[Drive, str]) -> None:
    """Put other files into drives, instead of what is in them, in one call; none for no drives."""
    # UNVERIFIED: a disk's file is changed by HostResource, as a DVD's is
    changes = [
        Instance(STORAGE_SETTINGS, {"InstanceID": drive.medium_key, "HostResource": [file]})
        for drive, file in files.items()
    ]
    if changes:
        change_devices(session, guid, changes)


def _dvd_drive(drives: Sequence[Drive], slot: Slot | None) -> Drive:
    found = [drive for drive in drives if drive.is_dvd]
    if slot is not None:
        return find_drive(found, slot)
    if not found:
        raise NotFoundError("The machine has no DVD drive.", remedy="Attach one first.")
    if len(found) > 1:
        slots = ", ".join(slot_text(drive.slot) for drive in found)
        raise ConflictError(f"The machine has several DVD drives: {slots}.", remedy="Name the slot.")
    return found[0]


def check_limits(limits: Limits) -> Limits:
    """The bounds, if they do not contradict each other.

    :raises BrokenRuleError: they do
    """
    maximum, minimum = limits.maximum_iops, limits.minimum_iops
    if maximum < 0 or minimum < 0:
        raise _refusal("A bound of a disk is not negative; 0 is none.")
    if maximum and minimum > maximum:
        raise _refusal(f"A minimum of {minimum} is above the maximum of {maximum}.")
    return limits


def _refusal(message: str) -> BrokenRuleError:
    return BrokenRuleError(Rule.DISK_LIMIT, "iops", message, operation="limit a disk")


def limit(session: Session, guid: str, drive: Drive, limits: Limits) -> None:
    """Bound a disk; nothing is sent where it is so already.

    :raises NotFoundError: no disk file is in the drive
    """
    if drive.file is None or drive.is_dvd:
        raise NotFoundError("No disk file is in that drive.", target=slot_text(drive.slot))
    if limits != Limits(drive.maximum_iops, drive.minimum_iops):
        bounds: dict[str, Value] = {
            "IOPSLimit": limits.maximum_iops,
            "IOPSReservation": limits.minimum_iops,
        }
        _change(session, guid, drive, bounds)


def _change(session: Session, guid: str, drive: Drive, values: dict[str, Value]) -> None:
    change_devices(session, guid, [Instance(STORAGE_SETTINGS, {"InstanceID": drive.medium_key, **values})])
