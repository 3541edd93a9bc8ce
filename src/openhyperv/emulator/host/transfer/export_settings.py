"""What an export takes along: Msvm_VirtualSystemExportSettingData (Microsoft's page of that class)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import TypeVar

from attrs import frozen

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.identities import setting_path, settings_id
from openhyperv.emulator.host.incoming import referred_id
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.profile import Profile
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

EXPORT_SETTINGS = "Msvm_VirtualSystemExportSettingData"
_Choice = TypeVar("_Choice", bound=IntEnum)


class Checkpoints(IntEnum):
    """Msvm_VirtualSystemExportSettingData.CopySnapshotConfiguration."""

    ALL = 0
    NONE = 1
    ONE = 2
    ONE_FOR_BACKUP = 3


class LiveState(IntEnum):
    """Msvm_VirtualSystemExportSettingData.CaptureLiveState: what is kept of a running VM."""

    CRASH_CONSISTENT = 0
    SAVED = 1
    APPLICATION_CONSISTENT = 2


@frozen
class ExportSettings:
    """One export's choices. ``checkpoint_id`` is the InstanceID of the one to export, with ``ONE`` only."""

    # UNVERIFIED: what an export does where its settings say nothing
    checkpoints: Checkpoints = Checkpoints.ALL
    live_state: LiveState = LiveState.SAVED
    takes_saved_state: bool = True
    takes_disks: bool = True
    makes_folder: bool = True
    checkpoint_id: str | None = None


_DEFAULT = ExportSettings()
_SINCE_2016: Mapping[str, Value] = {
    "BackupIntent": 0,
    "CaptureLiveState": int(_DEFAULT.live_state),
    "DisableDifferentialOfIgnoredStorage": False,
    "ExportForLiveMigration": False,
}


def export_settings(given: Mapping[str, Value]) -> ExportSettings:
    """The choices in a client's settings; NULL leaves the default.

    :raises MethodFailure: 32773 for a value that does not exist, 32770 for what this host cannot export
    """
    if given.get("ExportForLiveMigration") is True or given.get("ExcludedVirtualHardDisks"):
        raise MethodFailure(Code.NOT_SUPPORTED, "Only whole virtual machines are exported here.")
    checkpoints = _chosen(Checkpoints, given, "CopySnapshotConfiguration", _DEFAULT.checkpoints)
    if checkpoints is Checkpoints.ONE_FOR_BACKUP:
        raise MethodFailure(Code.NOT_SUPPORTED, "Exports for backups are not supported here.")
    is_one = checkpoints is Checkpoints.ONE
    return ExportSettings(
        checkpoints,
        _chosen(LiveState, given, "CaptureLiveState", _DEFAULT.live_state),
        takes_saved_state=is_one or _flag(given, "CopyVmRuntimeInformation"),
        takes_disks=is_one or _flag(given, "CopyVmStorage"),
        makes_folder=_flag(given, "CreateVmExportSubdirectory"),
        checkpoint_id=referred_id(given.get("SnapshotVirtualSystem")) if is_one else None,
    )


def _chosen(kind: type[_Choice], given: Mapping[str, Value], name: str, default: _Choice) -> _Choice:
    value = given.get(name)
    if value is None:
        return default
    for choice in kind:
        if choice == value:
            return choice
    raise MethodFailure(Code.INVALID_PARAMETER, f"{name} cannot be {value}.")


def _flag(given: Mapping[str, Value], name: str) -> bool:
    return given.get(name) is not False


def default_export_settings(system: VirtualSystem, profile: Profile) -> Instance:
    """The settings that clients take from a VM, change and send back."""
    path = setting_path(EXPORT_SETTINGS, settings_id(system.guid))
    values: dict[str, Value] = {
        "InstanceID": path.key("InstanceID"),
        "Caption": "Virtual Machine Export Settings",
        "Description": "Virtual machine export settings",
        "ElementName": "Virtual Machine Export Settings",
        "CopySnapshotConfiguration": int(_DEFAULT.checkpoints),
        "CopyVmRuntimeInformation": _DEFAULT.takes_saved_state,
        "CopyVmStorage": _DEFAULT.takes_disks,
        "CreateVmExportSubdirectory": _DEFAULT.makes_folder,
    }
    more = _SINCE_2016 if profile.has(Release.WS2016) else {}
    return Instance(EXPORT_SETTINGS, {**values, **more}, path=path)
