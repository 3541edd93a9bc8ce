"""A disk and all its parents, read as the guest sees it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from attrs import frozen

from openhyperv.emulator.disks.binary import read_exact
from openhyperv.emulator.disks.errors import DiskCode, DiskError, disk_errors
from openhyperv.emulator.disks.extents import Holding
from openhyperv.emulator.disks.kinds import DiskFormat, DiskInfo, DiskType
from openhyperv.emulator.disks.layer import Layer, open_layer
from openhyperv.emulator.disks.paths import Resolve, find_parent

DEPTH_MAX = 128


@frozen
class Piece:
    """A run of the disk and the layer that holds its DATA at ``file_offset``."""

    start: int
    length: int
    holding: Holding
    layer: Layer | None = None
    file_offset: int = 0

    def read(self, within: int, length: int) -> bytes:
        """Bytes of it; zeros where no layer has data."""
        if self.layer is None:
            return bytes(length)
        return read_exact(self.layer.descriptor, self.file_offset + within, length)


@frozen
class Chain:
    """The layers of a disk, the leaf first. Use it in a ``with`` block: it holds the files open."""

    layers: tuple[Layer, ...]

    @classmethod
    def open(cls, path: Path, resolve: Resolve) -> Chain:
        """Open the file and its parents, each link checked.

        :raises DiskError: PARENT_NOT_FOUND, PARENT_ID_MISMATCH, CHAIN_CYCLE; ERROR_IN_PARENT for a damaged
            parent; for a damaged leaf what its damage is called
        """
        with ExitStack() as opened:
            layers: list[Layer] = [open_layer(path)]
            opened.callback(layers[0].close)
            while layers[-1].info.type is DiskType.DIFFERENCING:
                layers.append(_open_parent(layers[-1], resolve))
                opened.callback(layers[-1].close)
                _check_link(layers)
            opened.pop_all()
            return cls(tuple(layers))

    @property
    def size_bytes(self) -> int:
        """The size that the guest sees."""
        return self.layers[0].info.size_bytes

    def pieces(self, start: int, length: int) -> Iterator[Piece]:
        """The disk's contents in order, with no gaps and nothing ABSENT."""
        for piece in self.own_pieces(len(self.layers), start, length):
            is_zero = piece.holding is Holding.ABSENT
            yield Piece(piece.start, piece.length, Holding.ZERO) if is_zero else piece

    def own_pieces(self, depth: int, start: int, length: int) -> Iterator[Piece]:
        """What the first ``depth`` layers hold; the rest is ABSENT."""
        return self._pieces(0, depth, start, length)

    def _pieces(self, level: int, depth: int, start: int, length: int) -> Iterator[Piece]:
        if level == depth:
            yield Piece(start, length, Holding.ABSENT)
            return
        layer = self.layers[level]
        inside = max(0, min(length, layer.info.size_bytes - start))
        for extent in layer.extents(start, inside) if inside else ():
            if extent.holding is Holding.ABSENT:
                yield from self._pieces(level + 1, depth, extent.start, extent.length)
            else:
                source = layer if extent.holding is Holding.DATA else None
                yield Piece(extent.start, extent.length, extent.holding, source, extent.file_offset)
        if inside < length:
            yield Piece(start + inside, length - inside, Holding.ZERO)

    def read(self, start: int, length: int) -> bytes:
        """A small part of the disk; what lies behind its end reads as zeros."""
        with disk_errors():
            return b"".join(piece.read(0, piece.length) for piece in self.pieces(start, length))

    def close(self) -> None:
        """Let go of every file."""
        for layer in self.layers:
            layer.close()

    def __enter__(self) -> Chain:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _open_parent(child: Layer, resolve: Resolve) -> Layer:
    path = find_parent(child.path, child.parent_paths, resolve)
    try:
        return open_layer(path)
    except DiskError as error:
        raise DiskError(
            DiskCode.ERROR_IN_PARENT, f"{error.text} ({path.name}, parent of {child.path.name})"
        ) from error


def _check_link(layers: list[Layer]) -> None:
    child, parent = layers[-2], layers[-1]
    check_parent(child.info, parent.info)
    if any(os.path.sameopenfile(layer.descriptor, parent.descriptor) for layer in layers[:-1]):
        raise DiskError(DiskCode.CHAIN_CYCLE, f"{parent.path.name} is its own ancestor")
    if len(layers) > DEPTH_MAX:
        raise DiskError(DiskCode.ERROR_IN_PARENT, f"The chain of {layers[0].path.name} has too many parents")


def check_parent(child: DiskInfo, parent: DiskInfo, *, ignore_id_mismatch: bool = False) -> None:
    """Whether the one can be the parent of the other.

    :raises DiskError: INVALID_TYPE, another format; UNSUPPORTED_SECTOR_SIZE; PARENT_SIZE_MISMATCH, of a VHD;
        PARENT_ID_MISMATCH
    """
    if child.format is not parent.format:
        raise DiskError(
            DiskCode.INVALID_TYPE, f"A {child.format.name} cannot have a {parent.format.name} parent"
        )
    if child.logical_sector_bytes != parent.logical_sector_bytes:
        raise DiskError(DiskCode.UNSUPPORTED_SECTOR_SIZE, "Child and parent have different logical sectors")
    if child.format is DiskFormat.VHD and child.size_bytes != parent.size_bytes:
        raise DiskError(DiskCode.PARENT_SIZE_MISMATCH, "A differencing VHD has exactly its parent's size")
    if not ignore_id_mismatch and child.parent_content_id != parent.content_id:
        raise DiskError(
            DiskCode.PARENT_ID_MISMATCH,
            f"{parent.path.name} is not, or no longer, the parent of {child.path.name}",
        )
