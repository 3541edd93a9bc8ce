"""VMDK (VMware Virtual Disk Format 1.1): only sparse files that hold the whole disk themselves."""

from __future__ import annotations

import re
import struct

from attrs import frozen

from openhyperv.files.images.checks import SECTOR_BYTES, check, check_disk_size, refuse_parent
from openhyperv.files.images.source import ImageSource

MAGIC = b"KDMV"
DESCRIPTOR_START = b"# Disk DescriptorFile"
ESX_MAGIC = b"COWD"

_HEADER = struct.Struct("<4sIIQQQQIQQQ")
_AT_END = 0xFFFFFFFFFFFFFFFF
_FOOTER_FROM_END = 1024
_ENTRIES_PER_TABLE = 512
_MOST_GRAINS = 2**25  # 2 TiB in grains of 64 KiB, the most that sparse files hold
_DESCRIPTOR_MOST_BYTES = 64 * 1024
_KINDS = ("monolithicsparse", "streamoptimized")
_EXTENT_STARTS = ("RW", "RDONLY", "NOACCESS")
_TEXT = re.compile(rb"[\t\n\r\x20-\x7e]*")
_OWN_EXTENT = re.compile(r'RW (?P<sectors>\d{1,18}) SPARSE "(?P<name>[^"\\/:]{1,255})"', re.ASCII)


@frozen
class _Header:
    version: int
    capacity_sectors: int
    grain_sectors: int
    descriptor_offset: int
    descriptor_sectors: int
    entries_per_table: int
    directory_offset: int


def read_vmdk(source: ImageSource) -> int:
    """Check a monolithicSparse or streamOptimized VMDK; returns the size of its disk in bytes.

    :raises ImageError: it is damaged, cut off, or a descriptor or extent of it lies in another file
    """
    if source.peek(0, len(DESCRIPTOR_START)) == DESCRIPTOR_START:
        raise refuse_parent("the descriptor of a VMDK in several files")
    header = _parse(source.read(0, SECTOR_BYTES, "header"))
    _check_header(header)
    _check_descriptor(source, header)
    directory_offset = header.directory_offset
    if directory_offset == _AT_END:
        directory_offset = _read_footer(source, header)
    _check_grains(source, header, directory_offset * SECTOR_BYTES)
    return check_disk_size(header.capacity_sectors * SECTOR_BYTES)


def _parse(data: bytes) -> _Header:
    magic, version, _, capacity, grain, at, length, per_table, _, directory, _ = _HEADER.unpack_from(data)
    check(magic == MAGIC, f"A header of it begins with {magic!r} instead of {MAGIC!r}.")
    return _Header(version, capacity, grain, at, length, per_table, directory)


def _check_header(header: _Header) -> None:
    check(header.version in (1, 2, 3), f"Its format version is {header.version}; only 1 to 3 are known.")
    # A reader that finds capacity 0 takes the extents from the descriptor, wherever they point.
    check(header.capacity_sectors > 0, "It claims to hold no sectors.")
    check(
        header.grain_sectors.bit_count() == 1 and 8 <= header.grain_sectors <= 2048,
        f"Its grain size is {header.grain_sectors} sectors.",
    )
    check(
        header.entries_per_table == _ENTRIES_PER_TABLE,
        f"Its grain tables have {header.entries_per_table} entries.",
    )


def _read_footer(source: ImageSource, header: _Header) -> int:
    """The header of a stream is repeated at its end, and that one counts: it knows the grain directory."""
    footer = _parse(source.read(source.size_bytes - _FOOTER_FROM_END, SECTOR_BYTES, "footer"))
    _check_header(footer)
    check(footer.capacity_sectors == header.capacity_sectors, "Its footer claims another size.")
    check(footer.directory_offset != _AT_END, "Its footer has no grain directory.")
    return footer.directory_offset


def _check_grains(source: ImageSource, header: _Header, directory_offset: int) -> None:
    """Every grain begins inside the file; readers see zeros where one does not."""
    grains = -(-header.capacity_sectors // header.grain_sectors)
    check(grains <= _MOST_GRAINS, "It has more grains than can be checked.")
    tables = -(-grains // _ENTRIES_PER_TABLE)
    directory = source.read_table(directory_offset, tables, "I", "little", "grain directory")
    for table_offset in filter(None, directory):
        table = source.read_table(
            table_offset * SECTOR_BYTES, _ENTRIES_PER_TABLE, "I", "little", "grain table"
        )
        source.require(max(table) * SECTOR_BYTES, 1, "last grain")


def _check_descriptor(source: ImageSource, header: _Header) -> None:
    length = header.descriptor_sectors * SECTOR_BYTES
    check(0 < length <= _DESCRIPTOR_MOST_BYTES, f"Its descriptor claims {length} bytes.")
    data = source.read(header.descriptor_offset * SECTOR_BYTES, length, "descriptor").split(b"\0", 1)[0]
    check(_TEXT.fullmatch(data) is not None, "Its descriptor is not plain text.")
    lines = [line.strip() for line in data.decode("ascii").splitlines()]
    settings = _settings(lines)
    if settings.get("parentcid") != "ffffffff" or b"parentfilenamehint" in data.lower():
        raise refuse_parent("a VMDK with a parent")
    kind = settings.get("createtype")
    check(kind in _KINDS, f"Its type is {kind}; only {' and '.join(_KINDS)} hold their whole disk.")
    _check_extents(lines, header)


def _settings(lines: list[str]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for line in lines:
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            check(name.strip().lower() not in settings, f"Its descriptor sets {name.strip()!r} twice.")
            settings[name.strip().lower()] = value.strip().strip('"').lower()
    return settings


def _check_extents(lines: list[str], header: _Header) -> None:
    extents = [line for line in lines if line.upper().startswith(_EXTENT_STARTS)]
    own = _OWN_EXTENT.fullmatch(extents[0]) if len(extents) == 1 else None
    if own is None:
        raise refuse_parent("a VMDK whose extents are not in this file alone")
    check(
        int(own["sectors"]) == header.capacity_sectors, "Its descriptor and its header claim different sizes."
    )
