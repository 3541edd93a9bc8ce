"""What values Hyper-V takes for devices, and what of them may change while the VM runs.

Sources: Microsoft's pages of the classes, and what real hosts refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.machines import components, resources
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.remotefx import check_display_3d
from openhyperv.emulator.host.machines.sizing_rules import (
    check_memory,
    check_processor,
    memory_refused_while_running,
)
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.settings import Resource
from openhyperv.wire.types import Value

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
        check_processor(resource, configuration, profile)
    elif resource.kind is resources.MEMORY:
        check_memory(resource, configuration, profile)
    elif resource.kind in (resources.HARD_DISK, resources.DVD_DISK, resources.FLOPPY_DISK):
        _check_medium(resource)
    elif resource.kind is resources.DISPLAY_3D:
        check_display_3d(resource, configuration, profile)


def _demand(condition: bool, reason: str) -> None:
    if not condition:
        raise MethodFailure(Code.INVALID_PARAMETER, reason)


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


def check_changeable_while_running(
    resource: Resource, values: Mapping[str, Value], configuration: Configuration, profile: Profile
) -> None:
    """Refuse a change of a running VM's device that Hyper-V makes only while the VM is off.

    :raises MethodFailure: with 32775
    """
    if resource.kind.name in _COMPONENTS:
        return
    if resource.kind is resources.MEMORY:
        changed = resource.copy()
        changed.update(values)
        refused = list(memory_refused_while_running(resource, changed, configuration, profile))
    else:
        refused = sorted(values.keys() - _WHILE_RUNNING.get(resource.kind.name, frozenset()))
    if refused:
        raise MethodFailure(Code.INVALID_STATE, f"{', '.join(refused)} cannot change while the VM runs.")
