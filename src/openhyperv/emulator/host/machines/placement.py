"""Where a new device goes in a virtual machine: its parent, its slot, and the InstanceID that follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.identities import Device, new_guid
from openhyperv.emulator.host.incoming import first_text, referred_class, referred_id, text_of
from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.resource_kind import ResourceKind
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Resource
from openhyperv.wire.instance import Instance

SLOTS: Mapping[str, int] = {resources.IDE_CONTROLLER.name: 2, resources.SCSI_CONTROLLER.name: 64}
"""How many drives a controller takes."""
MAXIMUM_SCSI_CONTROLLERS = 4
MAXIMUM_GPU_PARTITIONS = 1
"""Microsoft, "GPU partitioning": a VM can be assigned only a single one."""
NICS = frozenset({resources.SYNTHETIC_NIC.name, resources.EMULATED_NIC.name})
_MAXIMUM_EMULATED_NICS = 4

DISPLAYS = (resources.SYNTHETIC_DISPLAY, resources.SYNTHETIC_DISPLAY_BEFORE_2016, resources.DISPLAY_3D)
"""Of these a VM has one at most: RemoteFX takes the place of the plain display."""

_DRIVES = frozenset(
    kind.name for kind in (resources.DISK_DRIVE, resources.PHYSICAL_DISK_DRIVE, resources.DVD_DRIVE)
)
_MEDIA: Mapping[str, str] = {
    resources.HARD_DISK.name: resources.DISK_DRIVE.name,
    resources.DVD_DISK.name: resources.DVD_DRIVE.name,
    resources.FLOPPY_DISK.name: resources.DISKETTE_DRIVE.name,
}

_DVD_CONTROLLERS: Mapping[int, ResourceKind] = {1: resources.IDE_CONTROLLER, 2: resources.SCSI_CONTROLLER}
"""Where DVD drives go (Microsoft, "Should I create a generation 1 or 2 virtual machine in Hyper-V?")."""

FindTail = Callable[[str], str]
"""From the InstanceID in a Parent to the tail of that device here; empty where it is none."""


@frozen
class Placement:
    """A device's InstanceID tail, and its slot on the parent where it has one."""

    tail: str
    slot: int | None = None


def place(
    kind: ResourceKind,
    setting: Instance,
    configuration: Configuration,
    find_tail: FindTail,
    profile: Profile,
) -> Placement:
    """Decide where a client's new device goes.

    :raises MethodFailure: wrong or missing parent, slot in use or out of range, too many of the kind, or
        a kind that clients cannot add
    """
    if kind.name in _DRIVES:
        return _place_drive(kind, setting, _parent(setting, configuration, find_tail), configuration)
    if kind.name in _MEDIA:
        return _place_medium(kind, _parent(setting, configuration, find_tail), configuration)
    if kind is resources.ETHERNET_CONNECTION:
        return _place_connection(_parent(setting, configuration, find_tail), configuration)
    if kind is resources.SCSI_CONTROLLER:
        _refuse_more(kind, configuration, MAXIMUM_SCSI_CONTROLLERS)
        return Placement(_own_guid(setting, configuration, "\\0") + "\\0")
    if kind.name in NICS:
        is_synthetic = kind is resources.SYNTHETIC_NIC
        most = profile.maximum_synthetic_adapters if is_synthetic else _MAXIMUM_EMULATED_NICS
        _refuse_more(kind, configuration, most)
        return _place_nic(kind, setting, configuration)
    if kind in DISPLAYS:
        return _place_display(kind, configuration)
    if kind is resources.GPU_PARTITION:
        _refuse_more(kind, configuration, MAXIMUM_GPU_PARTITIONS)
    if kind in (resources.PCI_EXPRESS_PORT, resources.GPU_PARTITION):
        return Placement(_own_guid(setting, configuration, ""))
    raise MethodFailure(Code.NOT_SUPPORTED, f"{kind.name} cannot be added.")


def _parent(setting: Instance, configuration: Configuration, find_tail: FindTail) -> Resource:
    parent_id = referred_id(setting.get("Parent"))
    parent = configuration.resource(find_tail(parent_id)) if parent_id else None
    named = (referred_class(setting.get("Parent")) or "").lower()
    # UNVERIFIED: a Parent of the right InstanceID and another class names nothing either
    if parent is None or parent.kind.class_name.lower() != named:
        raise MethodFailure(Code.INVALID_PARAMETER, "Parent names no device of this virtual machine.")
    return parent


def _place_drive(
    kind: ResourceKind, setting: Instance, controller: Resource, configuration: Configuration
) -> Placement:
    slots = SLOTS.get(controller.kind.name)
    if slots is None:
        raise MethodFailure(Code.INVALID_PARAMETER, f"A drive cannot hang on a {controller.kind.name}.")
    if kind is resources.DVD_DRIVE and controller.kind is not _DVD_CONTROLLERS[configuration.generation]:
        raise MethodFailure(Code.INVALID_PARAMETER, "DVD drives hang on IDE, in generation 2 on SCSI.")
    taken = {slot_of(drive) for drive in configuration.children(controller)}
    slot = _wanted_slot(setting, taken)
    if slot in taken or not 0 <= slot < slots:
        raise MethodFailure(Code.INVALID_PARAMETER, f"Slot {slot} is in use or does not exist.")
    return Placement(f"{controller.tail}\\{slot}\\D", slot)


def _wanted_slot(setting: Instance, taken: set[int]) -> int:
    text = text_of(setting, "AddressOnParent") or text_of(setting, "Address")
    if not text:
        # UNVERIFIED: without AddressOnParent a drive goes to the first free slot
        return next(slot for slot in range(len(taken) + 1) if slot not in taken)
    if not text.isdecimal():
        raise MethodFailure(Code.INVALID_PARAMETER, f"AddressOnParent {text} is no slot.")
    return int(text)


def slot_of(drive: Resource) -> int:
    """The slot in a drive's tail."""
    return int(drive.tail.split("\\")[-2])


def _place_medium(kind: ResourceKind, drive: Resource, configuration: Configuration) -> Placement:
    if drive.kind.name != _MEDIA[kind.name]:
        raise MethodFailure(Code.INVALID_PARAMETER, f"{kind.name} does not go into a {drive.kind.name}.")
    if any(configuration.children(drive)):
        raise MethodFailure(Code.INVALID_PARAMETER, "The drive holds a medium already.")
    return Placement(drive.tail[:-1] + "L")


def _place_connection(nic: Resource, configuration: Configuration) -> Placement:
    if nic.kind.name not in NICS:
        raise MethodFailure(Code.INVALID_PARAMETER, "A connection needs a network adapter as Parent.")
    if any(configuration.children(nic)):
        raise MethodFailure(Code.INVALID_PARAMETER, "The network adapter has a connection already.")
    return Placement(nic.tail + "\\C")


def _place_nic(kind: ResourceKind, setting: Instance, configuration: Configuration) -> Placement:
    if kind is resources.EMULATED_NIC and configuration.generation == 2:
        raise MethodFailure(Code.INVALID_PARAMETER, "Generation 2 has no emulated network adapters.")
    return Placement(_own_guid(setting, configuration, ""))


def _place_display(kind: ResourceKind, configuration: Configuration) -> Placement:
    if any(resource.kind in DISPLAYS for resource in configuration.resources()):
        raise MethodFailure(Code.INVALID_PARAMETER, "The VM has a display controller already.")
    return Placement(Device.DISPLAY_3D if kind is resources.DISPLAY_3D else Device.SYNTHETIC_DISPLAY)


def _refuse_more(kind: ResourceKind, configuration: Configuration, maximum: int) -> None:
    if sum(1 for r in configuration.resources() if r.kind is kind) >= maximum:
        raise MethodFailure(Code.INVALID_PARAMETER, f"There are {maximum} of {kind.name} already.")


def _own_guid(setting: Instance, configuration: Configuration, suffix: str) -> str:
    """The GUID that the client chose in VirtualSystemIdentifiers, unless it is taken; else a new one."""
    chosen = first_text(setting, "VirtualSystemIdentifiers").strip("{}").upper()
    if chosen and chosen != "GUID" and configuration.resource(chosen + suffix) is None:
        return chosen
    return new_guid()
