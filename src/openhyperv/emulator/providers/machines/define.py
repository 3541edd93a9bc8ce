"""Defining, changing and destroying virtual machines: methods of Msvm_VirtualSystemManagementService."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import SYSTEM_SETTINGS
from openhyperv.emulator.host.incoming import read_setting, text_of
from openhyperv.emulator.host.machines.definition import (
    DATA_ROOTS,
    FOR_LIFE,
    READ_ONLY,
    apply_system_settings,
    define_system,
)
from openhyperv.emulator.host.machines.destruction import destroy_system
from openhyperv.emulator.host.machines.host_devices import check_shutdown_action
from openhyperv.emulator.host.machines.systems import Place
from openhyperv.emulator.host.machines.virtual_system import SystemState
from openhyperv.emulator.providers.machines.finding import (
    wanted_any_system,
    wanted_configuration,
    wanted_system,
)
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

SERVICE = "Msvm_VirtualSystemManagementService"
_RESOURCE = "CIM_ResourceAllocationSettingData"
_ANY_TIME = frozenset(
    {
        "ElementName",
        "Notes",
        "AutomaticStartupAction",
        "AutomaticStartupActionDelay",
        "AutomaticStartupActionSequenceNumber",
        "AutomaticShutdownAction",
        "AutomaticRecoveryAction",
        "AutomaticCriticalErrorAction",
        "AutomaticCriticalErrorActionTimeout",
        "UserSnapshotType",
        "AutomaticSnapshotsEnabled",
        "IncrementalBackupEnabled",
        "LockOnDisconnect",
        "SnapshotDataRoot",
    }
)
"""System settings that may change while the VM runs."""
_OF_SNAPSHOTS = frozenset({"ElementName", "Notes"})


def read_settings(host: Host, texts: Value, base_class: str) -> list[Instance]:
    """All settings of an array of texts.

    :raises MethodFailure: one of them cannot be read
    """
    entries: Sequence[Value] = texts if isinstance(texts, list | tuple) else ()
    return [read_setting(text, base_class, host.schema) for text in entries]


class DefinitionProvider:
    """From a text to a VM, and to no VM again."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @method(SERVICE, "DefineSystem")
    def define_system(self, call: Call) -> Result:
        """A new VM with everything given; synchronous, as on real hosts."""
        text = call["SystemSettings"]
        settings = read_setting(text, SYSTEM_SETTINGS, self._host.schema) if text else None
        resources = read_settings(self._host, call["ResourceSettings"], _RESOURCE)
        reference = call["ReferenceConfiguration"]
        model = wanted_configuration(self._host, reference).configuration if reference else None
        system = define_system(self._host, settings, resources, model)
        self._host.add(system)
        return Result(Code.COMPLETED, {"ResultingSystem": system.path})

    @method(SERVICE, "DestroySystem")
    def destroy_system(self, call: Call) -> Result:
        """A VM that is off or saved goes, a planned one too; a job where a VM has snapshots."""
        job = destroy_system(self._host, wanted_any_system(self._host, call["AffectedSystem"]))
        return Result(Code.JOB_STARTED, {"Job": job.path}) if job else Result(Code.COMPLETED)

    @method(SERVICE, "ModifySystemSettings")
    def modify_system_settings(self, call: Call) -> Result:
        """Change a VM's own settings, or name and notes of a snapshot."""
        settings = read_setting(call["SystemSettings"], SYSTEM_SETTINGS, self._host.schema)
        place = self._host.systems.locate(text_of(settings, "InstanceID"))
        if place is None or place.tail:
            raise MethodFailure(Code.INVALID_PARAMETER, "InstanceID names no virtual machine's settings.")
        changes = {n: v for n, v in settings.items() if n != "InstanceID"}
        self._check(place, changes)
        edited = place.configuration.copy(place.configuration.owner)
        apply_system_settings(edited, changes, self._host)
        check_shutdown_action(edited)
        with self._host.changing(place.system):
            place.configuration.values, place.configuration.boot_tails = edited.values, edited.boot_tails
            place.system.configuration_changed = datetime.now(UTC)
        return Result(Code.COMPLETED)

    def _check(self, place: Place, changes: dict[str, Value]) -> None:
        """Refuse other values for what never changes, and what cannot change now."""
        now = self._host.views.system(place)
        fixed = (READ_ONLY | FOR_LIFE) & set(changes)
        read_only = sorted(name for name in fixed if changes.pop(name) != now.get(name))
        if read_only:
            raise MethodFailure(Code.INVALID_PARAMETER, f"{', '.join(read_only)} cannot be changed.")
        changed = {name for name, value in changes.items() if now.get(name) != value}
        if place.is_snapshot:
            if changed - _OF_SNAPSHOTS:
                raise MethodFailure(Code.INVALID_PARAMETER, "Of a snapshot only the name can change.")
        elif place.system.state is not SystemState.OFF:
            # UNVERIFIED: where a planned VM will keep its files may change although it is saved
            _check_while_on(changed.difference(DATA_ROOTS) if place.system.is_planned else changed)

    @method(SERVICE, "UpgradeSystemVersion")
    def upgrade_system_version(self, call: Call) -> Result:
        """Raise a VM that is off to the newest configuration version of this host."""
        system = wanted_system(self._host, call["ComputerSystem"])
        if system.state is not SystemState.OFF:
            raise MethodFailure(Code.INVALID_STATE, "Only a VM that is off can be upgraded.")
        with self._host.changing(system):
            system.configuration.values.pop("Version", None)
        return Result(Code.COMPLETED)


def _check_while_on(changed: set[str]) -> None:
    if changed - _ANY_TIME:
        names = ", ".join(sorted(changed - _ANY_TIME))
        raise MethodFailure(Code.INVALID_STATE, f"{names} cannot change unless the VM is off.")


def _changed(now: Instance, changes: dict[str, Value]) -> set[str]:
    """What would be another value: many clients send back all that they have read."""
    return {name for name, value in changes.items() if now.get(name) != value}
