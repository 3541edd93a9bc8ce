"""Merge-VHD: the contents of a child, and of what lies between, go into an ancestor."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.copying import Progress, copy_pieces, no_progress
from openhyperv.emulator.disks.errors import DiskCode, DiskError, disk_errors
from openhyperv.emulator.disks.layer import open_writable
from openhyperv.emulator.disks.paths import Resolve
from openhyperv.emulator.disks.resizing import set_size
from openhyperv.emulator.disks.vhdx.writing import WritableVhdx


def merge(child: Path, ancestor: Path, resolve: Resolve, progress: Progress = no_progress) -> None:
    """Let ``ancestor`` read as ``child`` does. The child's file stays; its owner deletes it.

    An interrupted merge is finished by doing it again: the link to the ancestor holds until the end. Then a
    VHDX ancestor takes over the child's content identity, so that the child's own children match it.

    :raises DiskError: INVALID_PARAMETER, it is no ancestor of the child; whatever the chain raises
    """
    with Chain.open(child, resolve) as chain, disk_errors():
        depth = _depth(chain, ancestor)
        info, size = chain.layers[0].info, chain.size_bytes
        below = chain.layers[depth + 1 :]
        with closing(open_writable(ancestor)) as target:
            if target.info.size_bytes != size:
                set_size(target, size, below[0].info.size_bytes if below else 0)
            pieces = chain.own_pieces(depth, 0, size)
            copy_pieces(pieces, target, is_blank=False, size_bytes=size, progress=progress)
            if isinstance(target, WritableVhdx):
                target.stamp(info.content_id)  # UNVERIFIED: whether Windows keeps either file's identity


def _depth(chain: Chain, ancestor: Path) -> int:
    for depth, layer in enumerate(chain.layers[1:], 1):
        if layer.path.samefile(ancestor):
            return depth
    raise DiskError(
        DiskCode.INVALID_PARAMETER, f"{ancestor.name} is no ancestor of {chain.layers[0].path.name}"
    )
