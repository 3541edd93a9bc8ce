"""Making new virtual disks, empty or with the contents of another."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from uuid import uuid4

from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.copying import Progress, copy_pieces, no_progress
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.kinds import MIB, DiskFormat, DiskInfo, DiskSpec, DiskType
from openhyperv.emulator.disks.layer import open_layer, open_writable
from openhyperv.emulator.disks.paths import Resolve, check_suffix, relative_path
from openhyperv.emulator.disks.publishing import new_file
from openhyperv.emulator.disks.vhd import making as vhd
from openhyperv.emulator.disks.vhd.footer import SECTOR_BYTES, to_timestamp
from openhyperv.emulator.disks.vhd.header import ABSOLUTE, RELATIVE, Parent
from openhyperv.emulator.disks.vhdx import making as vhdx
from openhyperv.emulator.disks.vhdx.metadata import Metadata

_VHD_BLOCK_BYTES = 2 * MIB
_VHDX_BLOCK_BYTES = 32 * MIB
_VHDX_CHILD_BLOCK_BYTES = 2 * MIB  # UNVERIFIED: smaller for differencing files than for others


def create(path: Path, spec: DiskSpec) -> None:
    """Make an empty disk; a fixed one takes no room on the host until it is written.

    :raises DiskError: FILE_EXISTS, INVALID_PARAMETER, INVALID_SIZE, INVALID_BLOCK_SIZE, DISK_FULL, ...
    """
    check_suffix(path, spec.format)
    parent = _parent_info(spec)
    with new_file(path) as temporary:
        _write_blank(temporary, path, spec, parent)


def convert(
    source: Path, target: Path, spec: DiskSpec, resolve: Resolve, progress: Progress = no_progress
) -> None:
    """Make a fixed or dynamic disk with the contents of another, its parents included.

    Size and sectors are the source's where ``spec`` gives none.

    :raises DiskError: INVALID_TYPE, a differencing target; INVALID_SIZE, too small for the source; and
        whatever :func:`create` and the source's chain raise
    """
    check_suffix(target, spec.format)
    if spec.type is DiskType.DIFFERENCING:
        raise DiskError(DiskCode.INVALID_TYPE, "A disk cannot be converted into a differencing one")
    with Chain.open(source, resolve) as chain, new_file(target) as temporary:
        size = spec.size_bytes or chain.size_bytes
        if size < chain.size_bytes:
            raise DiskError(DiskCode.INVALID_SIZE, "The target is smaller than the source")
        _write_blank(temporary, target, spec, chain.layers[0].info)
        with closing(open_writable(temporary)) as copy:
            pieces = chain.pieces(0, chain.size_bytes)
            copy_pieces(pieces, copy, is_blank=True, size_bytes=size, progress=progress)


def _write_blank(temporary: Path, path: Path, spec: DiskSpec, origin: DiskInfo | None) -> None:
    """Fill an empty file that will be called ``path``; ``origin`` gives what ``spec`` leaves open."""
    size = spec.size_bytes or (origin.size_bytes if origin else 0)
    with temporary.open("r+b") as file:
        if spec.format is DiskFormat.VHDX:
            _write_vhdx(file.fileno(), path, spec, size, origin)
        else:
            _write_vhd(file.fileno(), path, spec, size, origin)
        os.fsync(file.fileno())


def _write_vhdx(descriptor: int, path: Path, spec: DiskSpec, size: int, origin: DiskInfo | None) -> None:
    has_parent = spec.type is DiskType.DIFFERENCING
    metadata = Metadata(
        spec.type,
        size,
        spec.block_size_bytes or (_VHDX_CHILD_BLOCK_BYTES if has_parent else _VHDX_BLOCK_BYTES),
        spec.logical_sector_bytes or (origin.logical_sector_bytes if origin else 512),
        spec.physical_sector_bytes or (origin.physical_sector_bytes if origin else 4096),
        spec.disk_id or uuid4(),
        locator_entries(path, origin, spec.parent_path) if has_parent and origin else {},
    )
    vhdx.check_metadata(metadata)
    vhdx.write_new(descriptor, metadata)


def _write_vhd(descriptor: int, path: Path, spec: DiskSpec, size: int, origin: DiskInfo | None) -> None:
    block = spec.block_size_bytes or _VHD_BLOCK_BYTES
    vhd.check_numbers(size, block)
    if (spec.logical_sector_bytes or SECTOR_BYTES) != SECTOR_BYTES:
        raise DiskError(DiskCode.UNSUPPORTED_SECTOR_SIZE, "A VHD file has sectors of 512 bytes")
    if spec.type is DiskType.FIXED:
        vhd.write_fixed(descriptor, size, spec.disk_id)
        return
    has_parent = spec.type is DiskType.DIFFERENCING
    parent = parent_entry(path, origin, spec.parent_path) if has_parent and origin else None
    vhd.write_dynamic(descriptor, size, block, spec.disk_id, parent)


def _parent_info(spec: DiskSpec) -> DiskInfo | None:
    if spec.type is not DiskType.DIFFERENCING:
        return None
    if spec.parent is None:
        raise DiskError(DiskCode.INVALID_PARAMETER, "A differencing disk needs a parent")
    with closing(open_layer(spec.parent)) as layer:
        parent = layer.info
    if parent.format is not spec.format:
        raise DiskError(
            DiskCode.INVALID_TYPE, f"A {spec.format.name} cannot have a {parent.format.name} parent"
        )
    size = spec.size_bytes or parent.size_bytes
    if size < parent.size_bytes or (size > parent.size_bytes and spec.format is DiskFormat.VHD):
        raise DiskError(
            DiskCode.INVALID_SIZE, "A differencing disk has at least its parent's size, a VHD exactly"
        )
    if spec.logical_sector_bytes not in (0, parent.logical_sector_bytes):
        raise DiskError(DiskCode.UNSUPPORTED_SECTOR_SIZE, "A differencing disk has its parent's sectors")
    return parent


def locator_entries(child: Path, parent: DiskInfo, parent_path: str | None) -> Mapping[str, str]:
    """What a differencing VHDX remembers of its parent ([MS-VHDX] 2.6.2.6.3)."""
    entries = {
        "parent_linkage": f"{{{parent.content_id}}}",
        "relative_path": relative_path(child, parent.path),
    }
    return entries | ({"absolute_win32_path": parent_path} if parent_path else {})


def parent_entry(child: Path, parent: DiskInfo, parent_path: str | None) -> Parent:
    """What a differencing VHD remembers of its parent (VHD specification, "Parent Locator Entry")."""
    paths = {RELATIVE: relative_path(child, parent.path)}
    modified_s = int(parent.path.stat().st_mtime)
    return Parent(
        parent.content_id,
        to_timestamp(modified_s),
        parent.path.name,
        paths | ({ABSOLUTE: parent_path} if parent_path else {}),
    )
