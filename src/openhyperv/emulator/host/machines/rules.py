"""What values Hyper-V takes for processors, memory, disks and connections, and what may change when.

Sources: Microsoft's pages of the classes, "Plan for Hyper-V scalability", and what real hosts refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.machines import components, resources
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.remotefx import check_display_3d
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Resource
from openhyperv.wire.types import Value

MEMORY_STEP_MB = 2
HIGHEST_WEIGHT = 10_000
"""Of both processor and memory."""
_COMPONENTS = frozenset(kind.name for kind in components.COMPONENTS)
_WHILE_RUNNING: Mapping[str, frozenset[str]] = {
    resources.PROCESSOR.name: frozenset({"Weight", "Limit", "Reservation"}),
    resources.ETHERNET_CONNECTION.name: frozenset({"HostResource", "EnabledState", "ElementName", "PoolID"}),
    resources.DVD_DISK.name: frozenset({"HostResource"}),
    resources.HARD_DISK.name: frozenset({"IOPSLimit", "IOPSReservation", "StorageQoSPolicyID"}),
    resources.PHYSICAL_DISK_DRIVE.name: frozenset({"ElementName"}),
    resources.SYNTHETIC_NIC.name: frozenset({"ElementName", "ClusterMonitored"}),
}
"""Properties that may change while the VM runs, by kind."""
_IDENTITY = frozenset({"InstanceID", "ResourceType", "ResourceSubType", "Parent", "AddressOnParent"})
"""Properties that never change; clients send them back all the same."""


def check_resource(resource: Resource, configuration: Configuration, profile: Profile) -> None:
    """Refuse a device whose values no host would take.

    :raises MethodFailure: with 32773
    """
    if resource.kind is resources.PROCESSOR:
        _check_processor(resource, configuration, profile)
    elif resource.kind is resources.MEMORY:
        _check_memory(resource, configuration)
    elif resource.kind in (resources.HARD_DISK, resources.DVD_DISK, resources.FLOPPY_DISK):
        _check_medium(resource)
    elif resource.kind is resources.DISPLAY_3D:
        check_display_3d(resource, configuration, profile)


def _demand(condition: bool, reason: str) -> None:
    if not condition:
        raise MethodFailure(Code.INVALID_PARAMETER, reason)


def _check_processor(processor: Resource, configuration: Configuration, profile: Profile) -> None:
    most = profile.maximum_processors(configuration.generation)
    _demand(1 <= processor.number("VirtualQuantity") <= most, f"A VM has 1 to {most} processors.")
    _demand(processor.number("Reservation") <= processor.number("Limit"), "Reservation is above Limit.")
    _demand(1 <= processor.number("Weight") <= HIGHEST_WEIGHT, "Weight must be 1 to 10000.")
    _check_nesting(configuration)


def _check_memory(memory: Resource, configuration: Configuration) -> None:
    startup = memory.number("VirtualQuantity")
    _demand(startup >= 32 and startup % MEMORY_STEP_MB == 0, f"{startup} MB is not a multiple of 2 MB.")
    _demand(memory.number("Weight") <= HIGHEST_WEIGHT, "Weight must be 0 to 10000.")
    if memory.value("DynamicMemoryEnabled") is not True:
        return
    minimum, maximum = memory.number("Reservation"), memory.number("Limit")
    _demand(minimum <= startup <= maximum, "Minimum, startup and maximum memory are out of order.")
    _check_nesting(configuration)


def _check_nesting(configuration: Configuration) -> None:
    """Hosts were seen to refuse both at once, whichever came last."""
    processor = next(configuration.of_class(resources.PROCESSOR.class_name))
    memory = next(configuration.of_class(resources.MEMORY.class_name))
    nested = processor.value("ExposeVirtualizationExtensions") is True
    dynamic = memory.value("DynamicMemoryEnabled") is True
    _demand(not (nested and dynamic), "Dynamic memory and nested virtualization exclude each other.")


def _check_medium(medium: Resource) -> None:
    _demand(len(medium.texts("HostResource")) == 1, "HostResource must be one path.")
    reservation, limit = medium.number("IOPSReservation"), medium.number("IOPSLimit")
    _demand(limit == 0 or reservation <= limit, "IOPSReservation is above IOPSLimit.")


def changed_names(resource: Resource, values: Mapping[str, Value]) -> set[str]:
    """The properties that would really change; those that cannot are left out when sent back as they are."""
    return {
        name
        for name, value in values.items()
        if name not in _IDENTITY and value is not None and resource.value(name) != value
    }


def check_changeable_while_running(resource: Resource, names: Iterable[str], profile: Profile) -> None:
    """Refuse a change that Hyper-V makes only while the VM is off.

    :raises MethodFailure: with 32775
    """
    if resource.kind.name in _COMPONENTS:
        return
    allowed = _WHILE_RUNNING.get(resource.kind.name, frozenset())
    if resource.kind is resources.MEMORY and profile.has(Release.WS2016):
        allowed = frozenset({"VirtualQuantity", "Reservation", "Limit", "Weight", "TargetMemoryBuffer"})
    refused = sorted(set(names) - allowed)
    if refused:
        raise MethodFailure(Code.INVALID_STATE, f"{', '.join(refused)} cannot change while the VM runs.")
