"""Which bytes of a disk one file holds: runs of data, of zeros, and of what its parent has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from math import gcd

from attrs import evolve, frozen

_BITS_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_STEP_BYTES = 512


class Holding(Enum):
    """What a file has for a run of sectors."""

    DATA = "data"
    ZERO = "zero"
    ABSENT = "absent"
    """Nothing: the parent has it, or it reads as zeros where there is no parent."""


@frozen
class Extent:
    """``length`` bytes of the virtual disk from ``start``; ``file_offset`` says where DATA lies."""

    start: int
    length: int
    holding: Holding
    file_offset: int = 0

    @property
    def end(self) -> int:
        """The first byte after it."""
        return self.start + self.length

    def clipped(self, start: int, end: int) -> Extent:
        """The part between two offsets that both lie in or around it; empty where they do not meet."""
        first, last = max(start, self.start), min(end, self.end)
        shift = first - self.start if self.holding is Holding.DATA else 0
        return Extent(first, max(0, last - first), self.holding, self.file_offset + shift)

    def _continues(self, other: Extent) -> bool:
        if other.holding is not self.holding or other.end != self.start:
            return False
        return self.holding is not Holding.DATA or other.file_offset + other.length == self.file_offset


def coalesced(extents: Iterable[Extent]) -> Iterator[Extent]:
    """The same runs with neighbours joined and empty ones dropped."""
    last: Extent | None = None
    for extent in extents:
        if not extent.length:
            continue
        if last is not None and extent._continues(last):  # noqa: SLF001 - the same class
            last = evolve(last, length=last.length + extent.length)
            continue
        if last is not None:
            yield last
        last = extent
    if last is not None:
        yield last


def granularity(extents: Iterable[Extent], largest: int) -> int:
    """The greatest power of two up to ``largest`` that divides each border of the runs, 512 at least."""
    common = largest
    for extent in extents:
        common = gcd(common, extent.start, extent.length)
    return max(512, common)


def pieces(start: int, length: int, size: int) -> Iterator[tuple[int, int, int]]:
    """Cut a range at multiples of ``size``: (index, offset within, length) of each part."""
    end = start + length
    while start < end:
        index, within = divmod(start, size)
        part = min(size - within, end - start)
        yield index, within, part
        start += part


def bit_runs(bitmap: bytes, first: int, count: int, *, high_bit_first: bool) -> Iterator[tuple[bool, int]]:
    """The lengths of equal bits from bit ``first`` on: (is set, how many), alternating.

    VHDX counts from the low bit of each byte ([MS-VHDX] 2.4), VHD from the high one.
    """
    current, length = False, 0
    for part_bits, part_count in _parts(bitmap, first, count, high_bit_first):
        for is_set, run in _runs_of(part_bits, part_count):
            if is_set == current:
                length += run
                continue
            if length:
                yield current, length
            current, length = is_set, run
    if length:
        yield current, length


def with_bits(bitmap: bytes, first: int, count: int, *, high_bit_first: bool) -> bytes:
    """The bitmap with ``count`` bits set from bit ``first`` on."""
    bits = ((1 << count) - 1) << first
    added = bits.to_bytes(len(bitmap), "little")
    if high_bit_first:
        added = added.translate(_BITS_REVERSED)
    return (int.from_bytes(bitmap) | int.from_bytes(added)).to_bytes(len(bitmap))


def _parts(bitmap: bytes, first: int, count: int, high_bit_first: bool) -> Iterator[tuple[int, int]]:
    """The bitmap as numbers of bounded size, so that a long one is walked in linear time."""
    for index, within, part in pieces(first, count, _STEP_BYTES * 8):
        step = bitmap[index * _STEP_BYTES : (index + 1) * _STEP_BYTES]
        if high_bit_first:
            step = step.translate(_BITS_REVERSED)
        yield int.from_bytes(step, "little") >> within, part


def _runs_of(bits: int, count: int) -> Iterator[tuple[bool, int]]:
    bits &= (1 << count) - 1
    while count:
        is_set = bool(bits & 1)
        probe = bits + 1 if is_set else bits
        run = min((probe & -probe).bit_length() - 1 if probe else count, count)
        yield is_set, run
        bits >>= run
        count -= run
