"""VHD (Virtual Hard Disk Image Format Specification 1.0, Microsoft 2006)."""

from __future__ import annotations

import struct

from attrs import frozen

from openhyperv.files.images.checks import SECTOR_BYTES, check, check_disk_size, refuse_parent
from openhyperv.files.images.info import Layout
from openhyperv.files.images.source import ImageSource

COOKIE = b"conectix"
FOOTER_BYTES = 512
LARGEST_VHD_BYTES = 2040 * 1024**3

_FOOTER = struct.Struct(">8sIIQIIIIQQIII16sB")
_FIXED, _DYNAMIC, _DIFFERENCING = 2, 3, 4
_VERSION = 0x00010000
_NO_OFFSET = 0xFFFFFFFFFFFFFFFF
_HEADER = struct.Struct(">8sQQIIII16sII512s")
_HEADER_BYTES = 1024
_LOCATORS = slice(576, 768)
_UNUSED_BLOCK = 0xFFFFFFFF


@frozen
class Vhd:
    """A checked VHD; ``first_block`` is where the first bytes of the disk are, None where they are zeros."""

    size_bytes: int
    layout: Layout
    first_block: int | None


def read_vhd(source: ImageSource) -> Vhd:
    """Check a fixed or dynamic VHD: footer, header and block table.

    :raises ImageError: it is damaged, cut off, differencing or in saved state
    """
    at = source.size_bytes - FOOTER_BYTES
    footer = source.read(at, FOOTER_BYTES, "footer")
    cookie, _, version, data_offset, *_, size_bytes, _, kind, checksum, _, is_saved = _FOOTER.unpack(
        footer[: _FOOTER.size]
    )
    check(cookie == COOKIE, "It begins like a dynamic VHD, but has no footer at its end.")
    check(checksum == _checksum(footer, 64), "The checksum of its footer is wrong.")
    check(version == _VERSION, f"Its format version is {version:#x}; only 1.0 is known.")
    if kind == _DIFFERENCING:
        raise refuse_parent("a differencing VHD")
    check(not is_saved, "It belongs to a machine in saved state.", remedy="Shut the machine down first.")
    check(check_disk_size(size_bytes) <= LARGEST_VHD_BYTES, "A VHD holds at most 2040 GiB.")
    if kind == _FIXED:
        check(size_bytes <= at, f"It claims a disk of {size_bytes} bytes in a file of {source.size_bytes}.")
        return Vhd(size_bytes, Layout.FIXED, first_block=0)
    check(kind == _DYNAMIC, f"Its disk type is {kind}; only fixed (2) and dynamic (3) are known.")
    check(source.read(0, FOOTER_BYTES, "copy of the footer") == footer, "The copy of its footer differs.")
    return Vhd(size_bytes, Layout.DYNAMIC, _read_blocks(source, data_offset, size_bytes))


def _checksum(structure: bytes, field_offset: int) -> int:
    """One's complement of the sum of all bytes but those of the checksum itself."""
    counted = sum(structure) - sum(structure[field_offset : field_offset + 4])
    return ~counted & 0xFFFFFFFF


def _read_blocks(source: ImageSource, header_offset: int, size_bytes: int) -> int | None:
    header = source.read(header_offset, _HEADER_BYTES, "dynamic disk header")
    cookie, _, table_offset, version, entries, block_bytes, checksum, parent, *_ = _HEADER.unpack(
        header[: _HEADER.size]
    )
    check(cookie == b"cxsparse", "It has no dynamic disk header where its footer says.")
    check(checksum == _checksum(header, 36), "The checksum of its dynamic disk header is wrong.")
    check(version == _VERSION, f"Its header version is {version:#x}; only 1.0 is known.")
    if any(parent) or any(header[_LOCATORS]):
        raise refuse_parent("a VHD with a parent locator")
    check(
        block_bytes.bit_count() == 1 and SECTOR_BYTES * 8 <= block_bytes <= 256 * 1024**2,
        f"Its block size is {block_bytes}; it must be a power of two, at most 256 MiB.",
    )
    check(
        entries * block_bytes >= size_bytes,
        f"Its {entries} blocks of {block_bytes} bytes cannot hold its disk of {size_bytes}.",
    )
    return _check_table(source, table_offset, -(-size_bytes // block_bytes), block_bytes)


def _check_table(source: ImageSource, table_offset: int, entries: int, block_bytes: int) -> int | None:
    """Every block in use is inside the file; returns where the first one's data is."""
    bitmap_bytes = -(-block_bytes // SECTOR_BYTES // 8 // SECTOR_BYTES) * SECTOR_BYTES
    table = source.read_table(table_offset, entries, "I", "big", "block allocation table")
    last = max((sector for sector in table if sector != _UNUSED_BLOCK), default=None)
    if last is not None:
        source.require(last * SECTOR_BYTES, bitmap_bytes + block_bytes, "last block")
        check(min(table) > 0, "A block of it would lie over its header.")
    return None if table[0] == _UNUSED_BLOCK else table[0] * SECTOR_BYTES + bitmap_bytes
