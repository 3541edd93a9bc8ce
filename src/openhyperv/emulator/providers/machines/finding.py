"""From the references that clients pass to the virtual machines and settings they name."""

from __future__ import annotations

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import COMPUTER_SYSTEM, PLANNED_SYSTEM, SYSTEM_SETTINGS
from openhyperv.emulator.host.machines.systems import Place
from openhyperv.emulator.host.machines.virtual_system import Snapshot, VirtualSystem
from openhyperv.emulator.host.settings import Feature, Resource
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value


def text_key(path: ObjectPath, name: str) -> str:
    """A string key of a path, empty where it has none."""
    value = path.key(name)
    return value if isinstance(value, str) else ""


def system_at(host: Host, path: ObjectPath) -> VirtualSystem | None:
    """The VM whose Msvm_ComputerSystem a path names."""
    if path.class_name.lower() not in (COMPUTER_SYSTEM.lower(), "cim_computersystem"):
        return None
    return host.systems.find(text_key(path, "Name"))


def planned_at(host: Host, path: ObjectPath) -> VirtualSystem | None:
    """The planned VM whose Msvm_PlannedComputerSystem a path names."""
    if path.class_name.lower() not in (PLANNED_SYSTEM.lower(), "cim_computersystem"):
        return None
    return host.systems.find_planned(text_key(path, "Name"))


def any_system_at(host: Host, path: ObjectPath) -> VirtualSystem | None:
    """The VM, planned or not, that a path names."""
    return system_at(host, path) or planned_at(host, path)


def place_at(host: Host, path: ObjectPath) -> Place | None:
    """Where the InstanceID of a path leads; whether the class is right is not looked at."""
    return host.systems.locate(text_key(path, "InstanceID"))


def system_settings_at(host: Host, path: ObjectPath) -> Place | None:
    """The VM or snapshot whose Msvm_VirtualSystemSettingData a path names."""
    place = place_at(host, path) if path.class_name.lower() in _SYSTEM_SETTINGS else None
    return place if place is not None and not place.tail else None


_SYSTEM_SETTINGS = (SYSTEM_SETTINGS.lower(), "cim_virtualsystemsettingdata")


def resource_at(host: Host, path: ObjectPath) -> tuple[Place, Resource] | None:
    """The device's setting that a path names."""
    place = place_at(host, path)
    resource = place.resource if place else None
    if place is None or resource is None or not _is_class(host, resource.class_name, path.class_name):
        return None
    return place, resource


def feature_at(host: Host, path: ObjectPath) -> tuple[Place, Feature] | None:
    """The connection's feature that a path names."""
    place = place_at(host, path)
    feature = place.feature if place else None
    if place is None or feature is None or not _is_class(host, feature.class_name, path.class_name):
        return None
    return place, feature


def _is_class(host: Host, class_name: str, named: str) -> bool:
    """True where a path may name the class itself or a class above it."""
    decl = host.schema.find("root/virtualization/v2", class_name)
    return decl is not None and decl.is_a(named)


def wanted_system(host: Host, reference: Value) -> VirtualSystem:
    """The VM that a parameter names.

    :raises MethodFailure: 32773 where it names none
    """
    system = system_at(host, reference) if isinstance(reference, ObjectPath) else None
    if system is None:
        raise MethodFailure(Code.INVALID_PARAMETER, f"{reference} is no virtual machine of this host.")
    return system


def wanted_any_system(host: Host, reference: Value) -> VirtualSystem:
    """The VM, planned or not, that a parameter names.

    :raises MethodFailure: 32773 where it names none
    """
    system = any_system_at(host, reference) if isinstance(reference, ObjectPath) else None
    if system is None:
        raise MethodFailure(Code.INVALID_PARAMETER, f"{reference} is no virtual machine of this host.")
    return system


def wanted_planned_system(host: Host, reference: Value) -> VirtualSystem:
    """The planned VM that a parameter names.

    :raises MethodFailure: 32773 where it names none
    """
    system = planned_at(host, reference) if isinstance(reference, ObjectPath) else None
    if system is None:
        raise MethodFailure(
            Code.INVALID_PARAMETER, f"{reference} is no planned virtual machine of this host."
        )
    return system


def wanted_configuration(host: Host, reference: Value) -> Place:
    """The VM's or snapshot's settings that a parameter names; a VM itself, or a planned one, stands for its.

    :raises MethodFailure: 32773 where it names none
    """
    if isinstance(reference, ObjectPath):
        system = any_system_at(host, reference)
        place = Place(system, system.configuration, "") if system else system_settings_at(host, reference)
        if place is not None:
            return place
    raise MethodFailure(Code.INVALID_PARAMETER, f"{reference} are no virtual machine's settings.")


def wanted_snapshot(host: Host, reference: Value) -> tuple[VirtualSystem, Snapshot]:
    """The snapshot that a parameter names.

    :raises MethodFailure: 32773 where it names none
    """
    place = system_settings_at(host, reference) if isinstance(reference, ObjectPath) else None
    snapshot = place.system.find_snapshot(place.configuration.owner) if place else None
    if place is None or snapshot is None:
        raise MethodFailure(Code.INVALID_PARAMETER, f"{reference} is no snapshot.")
    return place.system, snapshot
