"""qcow2 (QEMU, docs/interop/qcow2.txt): a checked summary of header, extensions and L1 table."""

from __future__ import annotations

import struct

from attrs import frozen

from openhyperv.errors import ImageError
from openhyperv.files.images.checks import check, check_disk_size, refuse_parent
from openhyperv.files.images.source import ImageSource

MAGIC = b"QFI\xfb"

_HEADER_V2 = struct.Struct(">4sIQIIQIIQQIIQ")
_HEADER_V3 = struct.Struct(">QQQII")
_V2_BYTES, _V3_BYTES = 72, 104
_DIRTY, _CORRUPT, _EXTERNAL_DATA, _COMPRESSION, _EXTENDED_L2 = 1, 2, 4, 8, 16
_KNOWN_FEATURES = _DIRTY | _CORRUPT | _EXTERNAL_DATA | _COMPRESSION | _EXTENDED_L2
_EXTENSION = struct.Struct(">II")
_END, _BACKING_FORMAT, _EXTERNAL_DATA_NAME = 0, 0xE2792ACA, 0x44415441
_OFFSET_BITS = 0x00FFFFFFFFFFFE00
_COMPRESSED = 1 << 62
_L1_MOST_BYTES = 32 * 1024**2
_REFCOUNT_MOST_BYTES = 8 * 1024**2


@frozen
class Qcow2:
    """A checked qcow2; ``first_block`` is None where it is zeros, compressed, or not worth looking up."""

    size_bytes: int
    first_block: int | None


@frozen
class _Header:
    backing_offset: int
    cluster_bits: int
    size_bytes: int
    encryption: int
    l1_entries: int
    l1_offset: int
    refcount_offset: int
    refcount_clusters: int
    refcount_bits: int
    features: int
    header_bytes: int


def read_qcow2(source: ImageSource) -> Qcow2:
    """Check a qcow2 that stands alone.

    :raises ImageError: it is damaged, cut off, encrypted, has a backing file, an external data file or
        features that are not known
    """
    header = _read_header(source)
    _check_features(header)
    check(9 <= header.cluster_bits <= 21, f"Its cluster size is 2^{header.cluster_bits} bytes.")
    if header.backing_offset:
        raise refuse_parent("a qcow2 with a backing file")
    if header.encryption:
        raise ImageError("It is encrypted.", remedy="Decrypt it where it was made.")
    _check_extensions(source, header)
    check_disk_size(header.size_bytes)
    return Qcow2(header.size_bytes, _check_tables(source, header))


def _read_header(source: ImageSource) -> _Header:
    fixed = _HEADER_V2.unpack(source.read(0, _V2_BYTES, "header"))
    _, version, backing, _, bits, size, crypt, l1_entries, l1_offset, refcounts, refcount_clusters, *_ = fixed
    check(version in (2, 3), f"Its qcow2 version is {version}; only 2 and 3 are known.")
    features, refcount_order, header_bytes = 0, 4, _V2_BYTES
    if version == 3:
        features, _, _, refcount_order, header_bytes = _HEADER_V3.unpack(
            source.read(_V2_BYTES, _V3_BYTES - _V2_BYTES, "header")
        )
        check(
            _V3_BYTES <= header_bytes <= 4096 and header_bytes % 8 == 0,
            f"Its header claims to have {header_bytes} bytes.",
        )
    check(refcount_order <= 6, f"Its reference counts have 2^{refcount_order} bits.")
    return _Header(
        backing_offset=backing,
        cluster_bits=bits,
        size_bytes=size,
        encryption=crypt,
        l1_entries=l1_entries,
        l1_offset=l1_offset,
        refcount_offset=refcounts,
        refcount_clusters=refcount_clusters,
        refcount_bits=1 << refcount_order,
        features=features,
        header_bytes=header_bytes,
    )


def _check_features(header: _Header) -> None:
    features = header.features
    check(not features & ~_KNOWN_FEATURES, f"It needs features that are not known: {features:#x}.")
    if features & _EXTERNAL_DATA:
        raise refuse_parent("a qcow2 with an external data file")
    check(
        not features & (_DIRTY | _CORRUPT),
        "It is marked as damaged or not closed properly.",
        remedy="Repair it with qemu-img check -r all.",
    )


def _check_extensions(source: ImageSource, header: _Header) -> None:
    offset, end = header.header_bytes, 1 << header.cluster_bits
    while offset + _EXTENSION.size <= end:
        kind, length = _EXTENSION.unpack(source.read(offset, _EXTENSION.size, "header extension"))
        if kind == _END:
            return
        if kind in (_BACKING_FORMAT, _EXTERNAL_DATA_NAME):
            raise refuse_parent("a qcow2 that names another file")
        offset += _EXTENSION.size + -(-length // 8) * 8
        check(offset <= end, "A header extension is longer than its first cluster.")


def _check_tables(source: ImageSource, header: _Header) -> int | None:
    """The tables are inside the file and large enough; returns where the first cluster is."""
    cluster_bytes = 1 << header.cluster_bits
    entry_bytes = 16 if header.features & _EXTENDED_L2 else 8
    mapped_by_l1_entry = cluster_bytes // entry_bytes * cluster_bytes
    check(
        header.l1_entries * mapped_by_l1_entry >= header.size_bytes,
        "Its L1 table is too small for its disk.",
    )
    check(header.l1_entries * 8 <= _L1_MOST_BYTES, f"Its L1 table claims {header.l1_entries} entries.")
    for offset, what in ((header.l1_offset, "L1 table"), (header.refcount_offset, "refcount table")):
        check(offset > 0 and offset % cluster_bytes == 0, f"Its {what} is not aligned to a cluster.")
    _check_last_cluster(source, header)
    l1 = source.read_table(header.l1_offset, header.l1_entries, "Q", "big", "L1 table")
    source.require(max(entry & _OFFSET_BITS for entry in l1), 0, "last L2 table")
    return None if entry_bytes == 16 else _first_cluster(source, l1[0] & _OFFSET_BITS)


def _check_last_cluster(source: ImageSource, header: _Header) -> None:
    """The last cluster counted as used begins inside the file; readers see zeros where it does not."""
    cluster_bytes = 1 << header.cluster_bits
    check(
        header.refcount_clusters * cluster_bytes <= _REFCOUNT_MOST_BYTES, "Its refcount table is too large."
    )
    entries = header.refcount_clusters * cluster_bytes // 8
    table = source.read_table(header.refcount_offset, entries, "Q", "big", "refcount table")
    last = max((number for number, entry in enumerate(table) if entry), default=None)
    if last is None:
        raise ImageError("It counts none of its clusters as used.")
    counts = source.read(table[last] & _OFFSET_BITS, cluster_bytes, "last refcount block").rstrip(b"\0")
    clusters_before = last * cluster_bytes * 8 // header.refcount_bits
    last_cluster = clusters_before + max(len(counts) - 1, 0) * 8 // header.refcount_bits
    source.require(last_cluster * cluster_bytes, 1, "last cluster")


def _first_cluster(source: ImageSource, l2_offset: int) -> int | None:
    if not l2_offset:
        return None
    entry = source.read_table(l2_offset, 1, "Q", "big", "L2 table")[0]
    return None if entry & _COMPRESSED else (entry & _OFFSET_BITS) or None
