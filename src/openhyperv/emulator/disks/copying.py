"""Streaming contents from one set of layers into a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from openhyperv.emulator.disks.binary import is_zero
from openhyperv.emulator.disks.chain import Piece
from openhyperv.emulator.disks.extents import Holding, pieces
from openhyperv.emulator.disks.kinds import MIB
from openhyperv.emulator.disks.layer import WritableLayer

Progress = Callable[[int], None]
"""Is told the percentage done, now and then."""


def no_progress(_percent: int) -> None:
    """For callers that do not watch."""


def copy_pieces(
    source: Iterable[Piece],
    target: WritableLayer,
    *,
    is_blank: bool,
    size_bytes: int,
    progress: Progress = no_progress,
) -> None:
    """Write what is DATA or ZERO; ABSENT stays as the target has it. ``is_blank``: it reads as zeros yet."""
    told = 0
    for piece in source:
        if piece.holding is Holding.DATA:
            _copy_data(piece, target, is_blank=is_blank)
        elif piece.holding is Holding.ZERO and not is_blank:
            target.write_zeros(piece.start, piece.length)
        percent = (piece.start + piece.length) * 100 // size_bytes
        if percent > told:
            told = percent
            progress(min(99, percent))
    target.flush()


def _copy_data(piece: Piece, target: WritableLayer, *, is_blank: bool) -> None:
    for index, within, length in pieces(piece.start, piece.length, MIB):
        start = index * MIB + within
        data = piece.read(start - piece.start, length)
        if not is_zero(data):
            target.write(start, data)
        elif not is_blank:
            target.write_zeros(start, length)
