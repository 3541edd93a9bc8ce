"""What a disk file is, as Hyper-V's image management service says it and takes it. Pure.

Properties and numbers: Microsoft's pages of Msvm_VirtualHardDiskSettingData and Msvm_VirtualHardDiskState.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from attrs import frozen

from openhyperv.errors import InvalidInputError
from openhyperv.hyperv.values import number, text
from openhyperv.machine.drives import DiskFormat
from openhyperv.machine.limits import DISK_MAX_BYTES, DISK_SIZE_STEP_BYTES
from openhyperv.machine.violations import BrokenRuleError, Rule
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

SETTINGS = "Msvm_VirtualHardDiskSettingData"
_FORMAT_NUMBERS = {DiskFormat.VHD: 2, DiskFormat.VHDX: 3}
_FORMATS = {number: disk_format for disk_format, number in _FORMAT_NUMBERS.items()}
_SUFFIXES = {
    ".vhd": DiskFormat.VHD,
    ".avhd": DiskFormat.VHD,
    ".vhdx": DiskFormat.VHDX,
    ".avhdx": DiskFormat.VHDX,
}


class DiskType(IntEnum):
    """Msvm_VirtualHardDiskSettingData.Type."""

    FIXED = 2
    DYNAMIC = 3
    DIFFERENCING = 4


class CompactMode(IntEnum):
    """CompactVirtualHardDisk.Mode; they differ in how unused room is found, ``FULL`` finds zeros too."""

    FULL = 0
    QUICK = 1
    RETRIM = 2
    PRETRIMMED = 3
    PREZEROED = 4


@frozen
class VirtualDisk:
    """What the host says of a disk file; ``parent`` is empty unless it is a differencing disk."""

    path: str
    format: DiskFormat
    type: DiskType
    size_bytes: int
    parent: str
    block_bytes: int = 0
    sector_bytes: int = 0


@frozen
class DiskFileState:
    """How a disk file stands now; ``least_size_bytes`` is None where the host does not tell."""

    in_use: bool
    file_bytes: int
    least_size_bytes: int | None


def read_disk(settings: Instance) -> VirtualDisk:
    """A file's settings."""
    return VirtualDisk(
        path=text(settings, "Path"),
        format=_FORMATS.get(number(settings, "Format"), DiskFormat.VHDX),
        type=DiskType(number(settings, "Type")),
        size_bytes=number(settings, "MaxInternalSize"),
        parent=text(settings, "ParentPath"),
        block_bytes=number(settings, "BlockSize"),
        sector_bytes=number(settings, "LogicalSectorSize"),
    )


def read_state(state: Instance) -> DiskFileState:
    """A file's state."""
    return DiskFileState(
        in_use=state.get("InUse") is True,
        file_bytes=number(state, "FileSize"),
        least_size_bytes=number(state, "MinInternalSize") or None,
    )


def format_of(path: str) -> DiskFormat:
    """The format of a disk file by its name.

    :raises InvalidInputError: it has the name of no disk file
    """
    lower = path.lower()
    found = next((each for suffix, each in _SUFFIXES.items() if lower.endswith(suffix)), None)
    if found is None:
        raise InvalidInputError("A disk file's name ends in .vhdx or .vhd.", target=path)
    return found


def new_disk(
    path: str, disk_type: DiskType, *, size_bytes: int | None, parent: str | None, block_bytes: int
) -> Instance:
    """The settings of a disk that shall be created.

    :raises BrokenRuleError: a size that no disk of its format has
    :raises InvalidInputError: a parent or a size where none belongs, or none where it does
    """
    disk_format = format_of(path)
    if (disk_type is DiskType.DIFFERENCING) != (parent is not None):
        raise InvalidInputError("A differencing disk has a parent, and no other has one.", target=path)
    if size_bytes is None and parent is None:
        raise InvalidInputError("A new disk needs a size.", target=path)
    if parent is not None and format_of(parent) is not disk_format:
        raise InvalidInputError("A differencing disk has the format of its parent.", target=path)
    if size_bytes is not None:
        check_size(path, disk_format, size_bytes)
    values: dict[str, Value] = {"BlockSize": block_bytes} if block_bytes else {}
    values |= {"ParentPath": parent, "MaxInternalSize": size_bytes}
    given = {name: value for name, value in values.items() if value is not None}
    return _settings(path, disk_format, disk_type, given)


def converted_disk(path: str, disk_type: DiskType, *, block_bytes: int = 0) -> Instance:
    """The settings of a disk that another one is converted to: all that the method's page asks for."""
    values: dict[str, Value] = {"ParentPath": None, "BlockSize": block_bytes, "LogicalSectorSize": 0}
    return _settings(path, format_of(path), disk_type, values)


def _settings(
    path: str, disk_format: DiskFormat, disk_type: DiskType, values: Mapping[str, Value]
) -> Instance:
    kind: dict[str, Value] = {"Path": path, "Type": disk_type.value, "Format": _FORMAT_NUMBERS[disk_format]}
    return Instance(SETTINGS, {**kind, **values})


def check_size(path: str, disk_format: DiskFormat, size_bytes: int) -> None:
    """Refuse sizes that no disk of a format has: above 64 TiB, or 2040 GiB for VHD, or parts of a sector.

    :raises BrokenRuleError: it is one
    """
    most, step = DISK_MAX_BYTES[disk_format], DISK_SIZE_STEP_BYTES[disk_format]
    if not 0 < size_bytes <= most:
        raise _refusal(path, f"{size_bytes} bytes; a {disk_format.upper()} holds up to {most}.")
    if size_bytes % step:
        raise _refusal(path, f"{size_bytes} bytes is not a multiple of {step} bytes.")


def _refusal(path: str, message: str) -> BrokenRuleError:
    return BrokenRuleError(Rule.DISK_SIZE, path, message, operation="size a disk")
