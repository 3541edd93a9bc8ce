"""Optimize-VHD: a file without the room that nobody uses."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

from attrs import evolve

from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.copying import Progress, copy_pieces, no_progress
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.kinds import DiskType
from openhyperv.emulator.disks.layer import open_layer, open_writable
from openhyperv.emulator.disks.publishing import replaced_file
from openhyperv.emulator.disks.vhd import making as vhd
from openhyperv.emulator.disks.vhd.file import VhdFile
from openhyperv.emulator.disks.vhdx import making as vhdx
from openhyperv.emulator.disks.vhdx.file import VhdxFile
from openhyperv.emulator.disks.vhdx.writing import WritableVhdx


def compact(path: Path, progress: Progress = no_progress) -> None:
    """Write the file anew without blocks of zeros; contents and identities stay.

    :raises DiskError: NOT_SUPPORTED, a fixed disk; DISK_FULL, there is no room for the new file
    """
    with closing(open_layer(path)) as source:
        info = source.info
        if info.type is DiskType.FIXED:
            code = DiskCode.NOT_SUPPORTED  # UNVERIFIED: what Optimize-VHD says of a fixed disk
            raise DiskError(code, "A fixed disk cannot be compacted")
        has_parent = info.type is DiskType.DIFFERENCING
        own = Chain((source,)).own_pieces(1, 0, info.size_bytes)
        with replaced_file(path) as temporary:
            _write_twin(temporary, source)
            with closing(open_writable(temporary)) as target:
                copy_pieces(
                    own, target, is_blank=not has_parent, size_bytes=info.size_bytes, progress=progress
                )
                if isinstance(target, WritableVhdx):
                    target.stamp(info.content_id)


def _write_twin(temporary: Path, source: VhdxFile | VhdFile) -> None:
    with temporary.open("r+b") as file:
        if isinstance(source, VhdxFile):
            vhdx.write_new(file.fileno(), evolve(source.metadata, items={}))
        elif source.header is not None:
            size, block, parent = source.footer.size_bytes, source.header.block_bytes, source.header.parent
            vhd.write_dynamic(file.fileno(), size, block, source.footer.unique_id, parent)
        os.fsync(file.fileno())
