"""The arithmetic of runs, against a naive model."""

from __future__ import annotations

from itertools import groupby, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.emulator.disks.extents import (
    Extent,
    Holding,
    bit_runs,
    coalesced,
    granularity,
    pieces,
    with_bits,
)


def bits_of(bitmap: bytes, *, high_bit_first: bool) -> list[bool]:
    order = range(7, -1, -1) if high_bit_first else range(8)
    return [bool(byte >> bit & 1) for byte in bitmap for bit in order]


bitmaps = st.one_of(
    st.binary(min_size=1, max_size=40),
    st.lists(st.sampled_from([b"\0", b"\xff", b"\x0f", b"\x80"]), min_size=1, max_size=2000).map(b"".join),
)


@given(bitmaps, st.booleans(), st.data())
def test_runs_are_the_bits_in_groups(bitmap: bytes, high: bool, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(bitmap) * 8 - 1))
    count = data.draw(st.integers(1, len(bitmap) * 8 - first))
    wanted = bits_of(bitmap, high_bit_first=high)[first : first + count]
    runs = list(bit_runs(bitmap, first, count, high_bit_first=high))
    assert runs == [(is_set, len(list(run))) for is_set, run in groupby(wanted)]


@given(bitmaps, st.booleans(), st.data())
def test_setting_bits_sets_these_and_keeps_the_others(bitmap: bytes, high: bool, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(bitmap) * 8 - 1))
    count = data.draw(st.integers(0, len(bitmap) * 8 - first))
    wanted = bits_of(bitmap, high_bit_first=high)
    wanted[first : first + count] = [True] * count
    changed = with_bits(bitmap, first, count, high_bit_first=high)
    assert bits_of(changed, high_bit_first=high) == wanted


@given(st.integers(0, 10**6), st.integers(0, 10**5), st.integers(1, 5000))
def test_pieces_cover_a_range_without_crossing_a_border(start: int, length: int, size: int) -> None:
    at = start
    for index, within, part in pieces(start, length, size):
        assert index * size + within == at
        assert 0 < part <= size - within
        at += part
    assert at == start + length


runs_of_holdings = st.lists(st.tuples(st.sampled_from(Holding), st.integers(0, 9), st.booleans()))


@given(runs_of_holdings)
def test_coalescing_keeps_each_byte_where_it_was(runs: list[tuple[Holding, int, bool]]) -> None:
    extents, start, place = [], 0, 1000
    for holding, length, has_gap in runs:
        place += 100 if has_gap else 0
        extents.append(Extent(start, length, holding, place if holding is Holding.DATA else 0))
        start, place = start + length, place + length
    joined = list(coalesced(extents))
    assert _bytes_of(joined) == _bytes_of(extents)
    assert not [a for a, b in pairwise(joined) if a.holding is b.holding is Holding.ZERO]


def _bytes_of(extents: list[Extent]) -> list[tuple[Holding, int]]:
    return [
        (each.holding, each.file_offset + index if each.holding is Holding.DATA else 0)
        for each in extents
        for index in range(each.length)
    ]


@given(st.integers(0, 99), st.integers(1, 99), st.integers(0, 250), st.integers(0, 250))
def test_clipping_keeps_what_lies_inside(start: int, length: int, low: int, high: int) -> None:
    part = Extent(start, length, Holding.DATA, 5000).clipped(low, high)
    wanted = [(each, 5000 + each - start) for each in range(start, start + length) if low <= each < high]
    assert [(part.start + each, part.file_offset + each) for each in range(part.length)] == wanted


@pytest.mark.parametrize(
    ("borders", "largest", "wanted"),
    [
        ([(0, 65536)], 32768, 32768),
        ([(4096, 8192)], 32768, 4096),
        ([(512, 512)], 32768, 512),
        ([], 8192, 8192),
    ],
)
def test_granularity_divides_each_border(borders: list[tuple[int, int]], largest: int, wanted: int) -> None:
    extents = [Extent(start, length, Holding.ZERO) for start, length in borders]
    assert granularity(extents, largest) == wanted
