"""Virtual disks as the texts of the image management service: what to make, and what there is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from openhyperv.cim.schema import Schema
from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.disks.kinds import DiskFormat, DiskInfo, DiskSpec, DiskType
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.files import BadHostPath, HostFiles
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

DISK_SETTINGS = "Msvm_VirtualHardDiskSettingData"
DISK_STATE = "Msvm_VirtualHardDiskState"
_Kind = TypeVar("_Kind", DiskType, DiskFormat)
_DISK_SET = 4
"""Msvm_VirtualHardDiskSettingData.Format of a VHD set."""


def local_path(text: Value, files: HostFiles) -> Path:
    """The file that a path parameter names.

    :raises MethodFailure: with 32773, no path of this host
    """
    if not isinstance(text, str) or not text:
        raise MethodFailure(Code.INVALID_PARAMETER, "A path is missing.")
    try:
        return files.local(text)
    except BadHostPath as error:
        raise MethodFailure(Code.INVALID_PARAMETER, f"{text} is no path on this host.") from error


def disk_spec(setting: Mapping[str, Value], files: HostFiles) -> DiskSpec:
    """The disk that a setting describes.

    :raises MethodFailure: with 32773, it describes none; with 32770, a VHD set
    """
    if setting.get("Format") == _DISK_SET:
        raise MethodFailure(Code.NOT_SUPPORTED, "VHD sets are not implemented.")
    parent_path = setting.get("ParentPath") or None
    parent = local_path(parent_path, files) if parent_path else None
    disk_type = _one_of(DiskType, setting, "Type")
    if (disk_type is DiskType.DIFFERENCING) != (parent is not None):
        raise MethodFailure(Code.INVALID_PARAMETER, "A differencing disk, and only that, has a parent.")
    return DiskSpec(
        format=_one_of(DiskFormat, setting, "Format"),
        type=disk_type,
        size_bytes=_number(setting, "MaxInternalSize") or None,
        block_size_bytes=_number(setting, "BlockSize"),
        logical_sector_bytes=_number(setting, "LogicalSectorSize"),
        physical_sector_bytes=_number(setting, "PhysicalSectorSize"),
        disk_id=disk_id(setting),
        parent=parent,
        parent_path=files.windows(parent) if parent else None,
    )


def disk_id(setting: Mapping[str, Value]) -> UUID | None:
    """The VirtualDiskId that a setting gives.

    :raises MethodFailure: with 32773, it is no GUID
    """
    text = setting.get("VirtualDiskId")
    try:
        return UUID(str(text)) if text else None
    except ValueError as error:
        raise MethodFailure(Code.INVALID_PARAMETER, f"{text} is no GUID.") from error


def setting_text(info: DiskInfo, windows_path: str, schema: Schema) -> str:
    """Msvm_VirtualHardDiskSettingData of a disk."""
    values: dict[str, Value] = {
        "Caption": "Virtual Hard Disk Setting Data",
        "Description": "Setting Data for a Virtual Hard Disk",
        "ElementName": info.path.name,
        "InstanceID": windows_path,  # UNVERIFIED: what stands in InstanceID
        "Path": windows_path,
        "Format": int(info.format),
        "Type": int(info.type),
        "MaxInternalSize": info.size_bytes,
        "BlockSize": info.block_size_bytes,
        "LogicalSectorSize": info.logical_sector_bytes,
        "PhysicalSectorSize": info.physical_sector_bytes,
        "VirtualDiskId": str(info.disk_id).upper(),
        "ParentPath": info.parent_path,
        "ParentIdentifier": _guid_text(info.parent_content_id),
    }
    return instance_to_text(Instance(DISK_SETTINGS, _known(values, schema)), schema)


def _known(values: dict[str, Value], schema: Schema) -> dict[str, Value]:
    """Those that the host's release knows: ParentIdentifier came with Windows Server 2016."""
    decl = schema.find("root/virtualization/v2", DISK_SETTINGS)
    return {name: value for name, value in values.items() if decl is None or decl.property(name) is not None}


def _guid_text(guid: UUID | None) -> str | None:
    return str(guid).upper() if guid else None


def _number(setting: Mapping[str, Value], name: str) -> int:
    value = setting.get(name)
    return value if isinstance(value, int) else 0


def _one_of(kinds: type[_Kind], setting: Mapping[str, Value], name: str) -> _Kind:
    try:
        return kinds(_number(setting, name))
    except ValueError as error:
        raise MethodFailure(Code.INVALID_PARAMETER, f"{name} cannot be {setting.get(name)}.") from error
