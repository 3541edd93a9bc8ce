"""No image, however broken, gets anything but an answer or an ImageError out of the inspection."""

from __future__ import annotations

import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openhyperv.errors import ImageError
from openhyperv.files.images.inspection import inspect_image

from .pictures import MIB, VARIETIES, make_image, make_iso, run

SLOWEST_S = 5.0
MOST_MEMORY_MIB = 128
KINDS = [*VARIETIES, "config.iso"]

# Where the structures of these formats are: the first and last bytes, and the fixed places of a VHDX.
_PLACES = st.sampled_from(
    [0, 64, 512, 1536, 65536, 131072, 196608, 262144, 2 * MIB, 3 * MIB, 3 * MIB + 65536]
)
_OFFSETS = st.one_of(
    st.integers(0, 200), st.integers(-600, -1), st.builds(int.__add__, _PLACES, st.integers(0, 300))
)
_CHANGES = st.lists(st.tuples(_OFFSETS, st.binary(min_size=1, max_size=16)), min_size=1, max_size=8)


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    directory = tmp_path_factory.mktemp("originals")
    images = {name: make_image(directory, name, "4M") for name in VARIETIES}
    return {**images, "config.iso": make_iso(directory)}


def inspect_quickly(path: Path, declared: str | None) -> None:
    began = time.monotonic()
    tracemalloc.start()
    try:
        with suppress(ImageError):
            assert inspect_image(path, declared).virtual_size_bytes > 0
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.monotonic() - began < SLOWEST_S
    assert most_bytes < MOST_MEMORY_MIB * MIB


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(KINDS), changes=_CHANGES, keep=st.none() | st.integers(0, 5 * MIB))
def test_damaged_images(
    originals: dict[str, Path],
    tmp_path: Path,
    name: str,
    changes: list[tuple[int, bytes]],
    keep: int | None,
) -> None:
    path = tmp_path / "image"
    content = bytearray(originals[name].read_bytes())
    for offset, data in changes:
        at = offset if offset >= 0 else max(0, len(content) + offset)
        content[at : at + len(data)] = data
    path.write_bytes(content[:keep])
    inspect_quickly(path, None)
    inspect_quickly(path, name.rpartition(".")[2])


_STARTS = [b"vhdxfile", b"conectix", b"QFI\xfb\0\0\0\3", b"KDMV", b"# Disk DescriptorFile\n", b"COWD", b""]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.sampled_from(_STARTS), content=st.binary(max_size=4096), end=st.sampled_from([b"", b"conectix"])
)
def test_invented_images(tmp_path: Path, start: bytes, content: bytes, end: bytes) -> None:
    path = tmp_path / "image"
    path.write_bytes(start + content + end.ljust(512, b"\0"))
    inspect_quickly(path, None)
    inspect_quickly(path, "raw")


def test_the_largest_honest_tables_are_read_in_bounded_time(tmp_path: Path) -> None:
    path = tmp_path / "large.vhdx"
    run("qemu-img", "create", "-q", "-f", "vhdx", "-o", "block_size=1M", str(path), "4T")
    inspect_quickly(path, "vhdx")
    assert inspect_image(path).virtual_size_bytes == 4 * 1024**4
