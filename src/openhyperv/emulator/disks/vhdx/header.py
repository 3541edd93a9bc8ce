"""The two headers of a VHDX file ([MS-VHDX] 2.2.2): the one with the higher number is current."""

from __future__ import annotations

import struct
from uuid import UUID, uuid4

import google_crc32c
from attrs import evolve, frozen

from openhyperv.emulator.disks.binary import read_exact, write_exact
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.kinds import KIB

FILE_SIGNATURE = b"vhdxfile"
HEADER_OFFSETS = (64 * KIB, 128 * KIB)
_HEADER_BYTES = 4 * KIB
_FIELDS = struct.Struct("<4sIQ16s16s16sHHIQ")
_NO_LOG = UUID(int=0)


@frozen
class Header:
    """One header. A ``log_id`` other than zero means that the log must be replayed first."""

    sequence: int
    file_id: UUID
    data_id: UUID
    log_id: UUID
    log_length: int
    log_offset: int

    def packed(self) -> bytes:
        """The header's 4 KiB, its checksum in place."""
        ids = (self.file_id.bytes_le, self.data_id.bytes_le, self.log_id.bytes_le)
        fields = _FIELDS.pack(b"head", 0, self.sequence, *ids, 0, 1, self.log_length, self.log_offset)
        return with_checksum(fields.ljust(_HEADER_BYTES, b"\0"))


def new_header(data_id: UUID, log_offset: int, log_length: int) -> Header:
    """The first header of a new file."""
    return Header(1, uuid4(), data_id, _NO_LOG, log_length, log_offset)


def with_checksum(structure: bytes) -> bytes:
    """The structure with the CRC-32C of itself, counted as zero, in bytes 4 to 8 ([MS-VHDX] 2.2.2)."""
    blank = structure[:4] + bytes(4) + structure[8:]
    return blank[:4] + struct.pack("<I", google_crc32c.value(blank)) + blank[8:]


def has_checksum(structure: bytes) -> bool:
    """Whether the checksum in bytes 4 to 8 is right."""
    return with_checksum(structure) == structure


def read_header(descriptor: int) -> Header:
    """The current header.

    :raises DiskError: FILE_CORRUPT, none is valid, or the file needs a replay of its log
    """
    found = [header for offset in HEADER_OFFSETS if (header := _read(descriptor, offset))]
    if not found:
        raise DiskError(DiskCode.FILE_CORRUPT, "Neither header of the VHDX file is valid")
    current = max(found, key=lambda header: header.sequence)
    if current.log_id != _NO_LOG:
        raise DiskError(DiskCode.FILE_CORRUPT, "The VHDX file was not closed: its log needs a replay")
    return current


def _read(descriptor: int, offset: int) -> Header | None:
    structure = read_exact(descriptor, offset, _HEADER_BYTES)
    signature, _, sequence, file_id, data_id, log_id, _, version, length, log_offset = _FIELDS.unpack_from(
        structure
    )
    if signature != b"head" or version != 1 or not has_checksum(structure):
        return None
    ids = [UUID(bytes_le=value) for value in (file_id, data_id, log_id)]
    return Header(sequence, ids[0], ids[1], ids[2], length, log_offset)


def write_headers(descriptor: int, header: Header) -> Header:
    """Make it current: each copy in turn gets it with a higher number, so that one is always valid.

    ``sequence`` must be that of the header it replaces. Returns what is current then.
    """
    stale = _stale_offset(descriptor, header.sequence)
    for offset in (stale, sum(HEADER_OFFSETS) - stale):
        header = evolve(header, sequence=header.sequence + 1)
        write_exact(descriptor, offset, header.packed())
    return header


def _stale_offset(descriptor: int, current: int) -> int:
    first = _read(descriptor, HEADER_OFFSETS[0])
    return HEADER_OFFSETS[1] if first and first.sequence == current else HEADER_OFFSETS[0]
