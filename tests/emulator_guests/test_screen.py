"""Pictures of QEMU, as thumbnails of Hyper-V."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.emulator.guests.screen import Picture, read_ppm

_SIZES = st.integers(1, 12)


@st.composite
def _pictures(draw: st.DrawFn) -> Picture:
    width, height = draw(_SIZES), draw(_SIZES)
    size = 3 * width * height
    return Picture(width, height, draw(st.binary(min_size=size, max_size=size)))


@given(_pictures())
def test_a_picture_survives_its_file_form(picture: Picture) -> None:
    assert read_ppm(b"P6\n%d %d\n255\n" % (picture.width, picture.height) + picture.pixels) == picture


@given(_pictures(), _SIZES, _SIZES)
def test_a_thumbnail_has_the_size_asked_for_and_colours_of_the_picture(
    picture: Picture, width: int, height: int
) -> None:
    thumbnail = picture.scaled_rgb565(width, height)
    assert len(thumbnail) == 2 * width * height
    own = picture.scaled_rgb565(picture.width, picture.height)
    assert _colours(thumbnail) <= _colours(own)


def _colours(thumbnail: bytes) -> set[bytes]:
    return {thumbnail[at : at + 2] for at in range(0, len(thumbnail), 2)}


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        (b"\xff\x00\x00", b"\x00\xf8"),
        (b"\x00\xff\x00", b"\xe0\x07"),
        (b"\x00\x00\xff", b"\x1f\x00"),
        (b"\xff\xff\xff", b"\xff\xff"),
    ],
)
def test_colours_have_five_six_and_five_bits(colour: bytes, expected: bytes) -> None:
    assert Picture(1, 1, colour).scaled_rgb565(1, 1) == expected


def test_half_the_width_takes_every_second_column() -> None:
    row = b"\xff\xff\xff\x00\x00\x00" * 2
    assert Picture(4, 1, row).scaled_rgb565(2, 1) == b"\xff\xff\xff\xff"


@given(st.binary(max_size=40))
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="PPM"):
        read_ppm(b"P6\n400 300\n255\n" + data)
    with pytest.raises(ValueError, match="PPM"):
        read_ppm(b"P5" + data)
