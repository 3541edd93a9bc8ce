"""The footer of a VHD file (VHD specification, "Hard Disk Footer Format"); all numbers are big-endian."""

from __future__ import annotations

import struct
import time
from uuid import UUID

from attrs import frozen

from openhyperv.emulator.disks.binary import read_exact
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.kinds import GIB, DiskType

FOOTER_BYTES = 512
SECTOR_BYTES = 512
COOKIE = b"conectix"
SIZE_MAX = 2040 * GIB
NO_OFFSET = (1 << 64) - 1
_EPOCH_S = 946684800  # 2000-01-01T00:00:00Z
_FIELDS = struct.Struct(">8sIIQI4sI4sQQHBBII16sB")
_CHECKSUM_AT = 64
_VERSION = 0x00010000
_RESERVED_FEATURE = 2


@frozen
class Footer:
    """What the footer says. ``header_offset`` is NO_OFFSET in a fixed disk."""

    type: DiskType
    size_bytes: int
    header_offset: int
    unique_id: UUID
    timestamp: int

    def packed(self) -> bytes:
        """The footer's 512 bytes, as Windows signs it: then readers take its size, not its geometry."""
        cylinders, heads, sectors = chs(self.size_bytes)
        fields = _FIELDS.pack(
            COOKIE,
            _RESERVED_FEATURE,
            _VERSION,
            self.header_offset,
            self.timestamp,
            b"win ",
            0x000A0000,
            b"Wi2k",
            self.size_bytes,
            self.size_bytes,
            cylinders,
            heads,
            sectors,
            self.type,
            0,
            self.unique_id.bytes,
            0,
        )
        return with_checksum(fields.ljust(FOOTER_BYTES, b"\0"), _CHECKSUM_AT)


def to_timestamp(unix_s: int) -> int:
    """Seconds since the start of the year 2000, as VHD counts time."""
    return max(0, unix_s - _EPOCH_S)


def timestamp_now() -> int:
    """The present as VHD counts time."""
    return to_timestamp(int(time.time()))


def checksum(structure: bytes, at: int) -> int:
    """The one's complement of the sum of all bytes, those of the checksum itself left out."""
    return ~(sum(structure) - sum(structure[at : at + 4])) & 0xFFFFFFFF


def with_checksum(structure: bytes, at: int) -> bytes:
    """The structure with its checksum in place."""
    return structure[:at] + struct.pack(">I", checksum(structure, at)) + structure[at + 4 :]


def chs(size_bytes: int) -> tuple[int, int, int]:
    """Cylinders, heads and sectors per track (VHD specification, appendix "CHS Calculation")."""
    total = min(size_bytes // SECTOR_BYTES, 65535 * 16 * 255)
    if total >= 65535 * 16 * 63:
        return total // 255 // 16, 16, 255
    sectors, tracks = 17, total // 17
    heads = max(4, (tracks + 1023) // 1024)
    if tracks >= heads * 1024 or heads > 16:
        sectors, heads, tracks = 31, 16, total // 31
    if tracks >= heads * 1024:
        sectors, heads, tracks = 63, 16, total // 63
    return tracks // heads, heads, sectors


def read_footer(descriptor: int, file_size: int) -> Footer:
    """The footer at the end of the file, or its copy at the start where a crash has cut the end off.

    :raises DiskError: FOOTER_MISSING, FOOTER_CHECKSUM, FOOTER_CORRUPT and kin
    """
    if file_size < FOOTER_BYTES:
        raise DiskError(DiskCode.FOOTER_MISSING, "The file is too short for a VHD footer")
    try:
        return _parsed(read_exact(descriptor, file_size - FOOTER_BYTES, FOOTER_BYTES))
    except DiskError as error:
        copy = read_exact(descriptor, 0, FOOTER_BYTES)
        if not copy.startswith(COOKIE):
            raise
        footer = _parsed(copy)
        if footer.type is DiskType.FIXED:
            raise error from None
        return footer


def _parsed(data: bytes) -> Footer:
    if not data.startswith(COOKIE):
        raise DiskError(DiskCode.FOOTER_MISSING, "The file has no VHD footer")
    fields = _FIELDS.unpack_from(data)
    if fields[14] != checksum(data, _CHECKSUM_AT):
        raise DiskError(DiskCode.FOOTER_CHECKSUM, "The checksum of the VHD footer is wrong")
    if fields[2] >> 16 != _VERSION >> 16:
        raise DiskError(DiskCode.UNSUPPORTED_VERSION, "The VHD footer is of an unknown version")
    if fields[13] not in tuple(DiskType):
        raise DiskError(DiskCode.INVALID_TYPE, f"A VHD file of type {fields[13]} is no fixed or dynamic disk")
    size = fields[9]
    if not 0 < size <= SIZE_MAX or size % SECTOR_BYTES:
        raise DiskError(DiskCode.FOOTER_CORRUPT, f"A VHD file cannot hold a disk of {size} bytes")
    return Footer(DiskType(fields[13]), size, fields[3], UUID(bytes=fields[15]), fields[4])
