"""What a change of configuration means to a running guest: what comes, goes and gets another size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from attrs import frozen

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.guests.machine import Bus, Guest, GuestDrive, GuestNic
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.files import HostFiles
from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.configuration import Configuration, parent_tail
from openhyperv.emulator.host.machines.placement import NICS
from openhyperv.emulator.host.numa.virtual_nodes import memory_setting
from openhyperv.emulator.host.power.guest_machine import guest_drive, guest_drives, guest_nic, medium_file
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.switches.mac_addresses import adapters

Step = Callable[[Guest], None]
_PLUGGABLE = frozenset(
    {
        resources.DISK_DRIVE.name,
        resources.DVD_DRIVE.name,
        resources.PHYSICAL_DISK_DRIVE.name,
        resources.HARD_DISK.name,
        resources.DVD_DISK.name,
        resources.ETHERNET_CONNECTION.name,
        *NICS,
    }
)
"""Kinds that can come and go while the VM runs, where bus and generation allow it."""
_DRIVES = (resources.DISK_DRIVE, resources.PHYSICAL_DISK_DRIVE, resources.DVD_DRIVE)


@frozen
class _Drive:
    """A drive as far as the guest can tell."""

    bus: Bus
    is_dvd: bool
    medium: str | None


def plan(before: Configuration, after: Configuration, files: HostFiles, profile: Profile) -> list[Step]:
    """What to do to the guest so that it has what ``after`` says. Steps raise GuestError and JobFailure.

    :raises MethodFailure: 32775 where Hyper-V makes the change only while the VM is off
    """
    _refuse_fixed_devices(before, after)
    steps = list(_drive_steps(before, after, files))
    if (nic_steps := list(_nic_steps(before, after))) and not _plugs_nics(after, profile):
        raise MethodFailure(Code.INVALID_STATE, "Network adapters cannot come or go while this VM runs.")
    return [*steps, *nic_steps, *_limit_steps(before, after), *_memory_steps(before, after)]


def _refuse_fixed_devices(before: Configuration, after: Configuration) -> None:
    old, new = _by_tail(before), _by_tail(after)
    for tail in old.keys() ^ new.keys():
        kind = (old.get(tail) or new[tail]).kind
        if kind.name not in _PLUGGABLE:
            raise MethodFailure(Code.INVALID_STATE, f"{kind.name} cannot come or go while the VM runs.")


def _by_tail(configuration: Configuration) -> Mapping[str, Resource]:
    return {resource.tail: resource for resource in configuration.resources()}


def _drives(configuration: Configuration) -> Mapping[str, _Drive]:
    found: dict[str, _Drive] = {}
    for drive in configuration.resources():
        controller = configuration.resource(parent_tail(drive))
        if drive.kind not in _DRIVES or controller is None:
            continue
        bus = Bus.IDE if controller.kind is resources.IDE_CONTROLLER else Bus.SCSI
        is_disk = drive.kind is resources.PHYSICAL_DISK_DRIVE
        holder = drive if is_disk else next(configuration.children(drive), None)
        medium = holder.texts("HostResource")[0] if holder else None
        is_dvd = drive.kind is resources.DVD_DRIVE
        if is_dvd or medium is not None:
            found[drive.tail] = _Drive(bus, is_dvd, medium)
    return found


def _drive_steps(before: Configuration, after: Configuration, files: HostFiles) -> Iterator[Step]:
    old, new = _drives(before), _drives(after)
    for tail, drive in old.items():
        if tail not in new:
            _refuse_ide(drive)
            yield partial(_remove_drive, tail)
        elif new[tail] != drive:
            _refuse_exchange(drive)
            yield partial(_change_medium, tail, after, files)
    for tail, drive in new.items():
        if tail not in old:
            _refuse_ide(drive)
            yield partial(_add_drive, tail, after, files)


def _refuse_ide(drive: _Drive) -> None:
    if drive.bus is Bus.IDE:
        raise MethodFailure(Code.INVALID_STATE, "IDE drives cannot come or go while the VM runs.")


def _refuse_exchange(drive: _Drive) -> None:
    if not drive.is_dvd:
        raise MethodFailure(Code.INVALID_STATE, "A running VM's disk cannot be exchanged.")


def _change_medium(tail: str, after: Configuration, files: HostFiles, guest: Guest) -> None:
    drive = after.resource(tail)
    medium = next(after.children(drive), None) if drive else None
    guest.change_medium(tail, medium_file(medium, files) if medium else None)


def _remove_drive(tail: str, guest: Guest) -> None:
    guest.remove_drive(tail)


def _add_drive(tail: str, after: Configuration, files: HostFiles, guest: Guest) -> None:
    drive = after.resource(tail)
    seen = guest_drive(drive, after, files) if drive else None
    if seen is not None:
        guest.add_drive(seen)


def added_drives(before: Configuration, after: Configuration, files: HostFiles) -> Iterator[GuestDrive]:
    """The drives that come with a change.

    :raises JobFailure: the file of one is missing
    """
    present = _drives(before)
    return (drive for drive in guest_drives(after, files) if drive.device_id not in present)


def _nic_steps(before: Configuration, after: Configuration) -> Iterator[Step]:
    old = {nic.tail: nic for nic in adapters(before)}
    new = {nic.tail: nic for nic in adapters(after)}
    yield from (partial(_remove_nic, tail) for tail in old if tail not in new)
    yield from (partial(_add_nic, nic, after) for tail, nic in new.items() if tail not in old)


def _limit_steps(before: Configuration, after: Configuration) -> Iterator[Step]:
    """Disks that stay, with another limit on their operations."""
    for disk in after.resources():
        old = before.resource(disk.tail)
        if disk.kind is resources.HARD_DISK and old is not None:
            maximum_iops = disk.number("IOPSLimit")
            if old.number("IOPSLimit") != maximum_iops:
                drive = after.resource(parent_tail(disk))
                yield partial(_limit_drive, drive.tail if drive else disk.tail, maximum_iops)


def _limit_drive(tail: str, maximum_iops: int, guest: Guest) -> None:
    guest.limit_drive(tail, maximum_iops)


def _memory_steps(before: Configuration, after: Configuration) -> Iterator[Step]:
    """Static memory of another size; of dynamic memory, only bounds change while the VM runs."""
    old_mb, new_mb = (memory_setting(each).number("VirtualQuantity") for each in (before, after))
    if old_mb != new_mb:
        yield partial(_resize_memory, new_mb)


def _resize_memory(memory_mb: int, guest: Guest) -> None:
    guest.resize_memory(memory_mb)


def link_steps(before: Configuration, after: Configuration) -> Iterator[Step]:
    """What to do to the guest whose adapters stay, but are plugged in or pulled out."""
    old = {nic.tail: guest_nic(nic, before) for nic in adapters(before)}
    for nic in adapters(after):
        present, seen = old.get(nic.tail), guest_nic(nic, after)
        if present is not None and present.connected != seen.connected:
            yield partial(_set_link, seen)


def _set_link(nic: GuestNic, guest: Guest) -> None:
    guest.set_link(nic)


def _remove_nic(tail: str, guest: Guest) -> None:
    guest.remove_nic(tail)


def _add_nic(nic: Resource, after: Configuration, guest: Guest) -> None:
    guest.add_nic(guest_nic(nic, after))


def _plugs_nics(configuration: Configuration, profile: Profile) -> bool:
    """Hot-plugged adapters came with 2016 and want generation 2 (Microsoft, "What's new in Hyper-V")."""
    return configuration.generation == 2 and profile.has(Release.WS2016)
