"""Defining a virtual machine: its own settings from defaults and the client's, and its default devices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import new_guid, split_id
from openhyperv.emulator.host.incoming import referred_id
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.default_devices import default_devices
from openhyperv.emulator.host.machines.editing import Editor
from openhyperv.emulator.host.machines.host_devices import check_host_devices, is_of_the_host
from openhyperv.emulator.host.machines.system_defaults import SUB_TYPES, own_values
from openhyperv.emulator.host.machines.system_rules import check_system_settings
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.shielding.rules import check_secure_boot
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

DATA_ROOTS = (
    "ConfigurationDataRoot",
    "SnapshotDataRoot",
    "SuspendDataRoot",
    "LogDataRoot",
    "SwapFileDataRoot",
    "GuestStateDataRoot",
)
READ_ONLY = frozenset(
    {
        "InstanceID",
        "VirtualSystemIdentifier",
        "VirtualSystemType",
        "ConfigurationFile",
        "ConfigurationID",
        "CreationTime",
        "GuestStateFile",
        "IsAutomaticSnapshot",
        "IsSaved",
        "Parent",
        "RecoveryFile",
        "Caption",
        "Description",
        "Architecture",
    }
)
"""Properties of Msvm_VirtualSystemSettingData that the host alone sets."""
# UNVERIFIED: Version changes by UpgradeSystemVersion alone; that the generation never does is documented
FOR_LIFE = frozenset({"VirtualSystemSubType", "Version"})
"""Properties that are chosen when the VM is defined."""


def define_system(
    host: Host,
    settings: Instance | None,
    resources: Sequence[Instance],
    reference: Configuration | None = None,
) -> VirtualSystem:
    """A new VM, not yet known to the host, with all the devices asked for.

    :raises MethodFailure: anything about the settings or devices is wrong
    """
    given = {n: v for n, v in (settings or {}).items() if n not in READ_ONLY}
    guid = new_guid()
    configuration = _blank(host, guid, given) if reference is None else _cloned(reference, guid)
    configuration.values.update(own_values(guid))
    apply_system_settings(configuration, given, host)
    editor = Editor(configuration, host.profile, host.templates, host.switches, defines=True)
    editor.add(resources)
    check_host_devices(host, None, configuration)
    return VirtualSystem(guid, configuration)


def _blank(host: Host, guid: str, given: Mapping[str, Value]) -> Configuration:
    generation = _generation(given.get("VirtualSystemSubType"))
    configuration = Configuration(guid, host.templates.system(generation))
    for name in DATA_ROOTS:
        if host.knows_system_setting(name):
            configuration.values[name] = host.service_settings.data_root
    for resource in default_devices(generation, host.profile, host.templates):
        configuration.add(resource)
    return configuration


def _generation(sub_type: Value) -> int:
    for generation, known in SUB_TYPES.items():
        if sub_type is None or (isinstance(sub_type, str) and sub_type.lower() == known.lower()):
            return generation
    raise MethodFailure(Code.INVALID_PARAMETER, f"There is no VirtualSystemSubType {sub_type}.")


def _cloned(reference: Configuration, guid: str) -> Configuration:
    """What the reference says, but none of its disks and PCI devices: two VMs cannot use one."""
    configuration = reference.copy(guid)
    configuration.values.pop("VirtualSystemType", None)
    for resource in list(configuration.resources()):
        if resource.tail.upper().endswith("\\L") or is_of_the_host(resource):
            configuration.remove(resource)
    return configuration


def apply_system_settings(configuration: Configuration, changes: Mapping[str, Value], host: Host) -> None:
    """Take over system settings.

    :raises MethodFailure: a name too long, a version that this host does not run, a boot order that does
        not list the VM's own boot sources
    """
    changes = {name: value for name, value in changes.items() if value is not None}
    check_system_settings(changes, configuration.generation, host.profile, host.schema)
    check_secure_boot(configuration, changes)
    order = changes.pop("BootSourceOrder", None)
    if isinstance(order, list) and configuration.generation == 2:
        configuration.set_boot_order([_boot_tail(path, configuration) for path in order])
    for key, value in changes.items():
        if configuration.defaults.get(key) == value and key in configuration.defaults:
            configuration.values.pop(key, None)
        else:
            configuration.values[key] = value


def _boot_tail(path: Value, configuration: Configuration) -> str:
    """The tail of the device whose boot source, or whose own setting, a path in BootSourceOrder names."""
    owner, tail = split_id(referred_id(path) or "") or ("", "")
    tail = tail[:-2] if tail.upper().endswith("\\B") else tail
    if owner.lower() != configuration.owner.lower() or tail.lower() not in _lower(configuration.boot_tails):
        raise MethodFailure(Code.INVALID_PARAMETER, f"{path} is no boot source of this virtual machine.")
    return tail


def _lower(texts: Sequence[str]) -> list[str]:
    return [text.lower() for text in texts]
