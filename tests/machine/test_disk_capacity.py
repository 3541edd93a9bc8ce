"""How large a disk may be, so that its full file stays within a size."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.emulator.disks import kinds as files
from openhyperv.emulator.disks.kinds import DiskSpec, DiskType
from openhyperv.emulator.disks.making import create
from openhyperv.machine.disk_capacity import (
    DIFFERENCING_VHDX,
    DYNAMIC_VHD,
    DYNAMIC_VHDX,
    FIXED_VHD,
    MIB,
    DiskLayout,
    capacity_bytes,
    full_file_bytes,
)
from openhyperv.machine.limits import DISK_MAX_BYTES, GIB
from tests.capabilities import shows

_LAYOUTS = (FIXED_VHD, DYNAMIC_VHD, DYNAMIC_VHDX, DIFFERENCING_VHDX)
_blocks = st.sampled_from([1, 2, 8, 32, 256]).map(lambda number: number * MIB)


@st.composite
def layouts(draw: st.DrawFn) -> DiskLayout:
    """Every kind of file that Hyper-V makes."""
    if draw(st.booleans()):
        return draw(st.sampled_from([FIXED_VHD, DYNAMIC_VHD]))
    sector_bytes = draw(st.sampled_from([512, 4096]))
    layout = evolve(DYNAMIC_VHDX, block_bytes=draw(_blocks), sector_bytes=sector_bytes)
    return evolve(layout, has_parent=draw(st.booleans()), log_bytes=draw(st.integers(1, 16)) * MIB)


@shows("C15")
@given(layouts(), st.integers(0, 70 * 1024 * GIB))
def test_it_is_the_largest_disk_whose_file_fits(layout: DiskLayout, file_bytes: int) -> None:
    size_bytes = capacity_bytes(file_bytes, layout)
    step = layout.block_bytes or 512
    assert size_bytes % step == 0
    assert 0 <= size_bytes <= DISK_MAX_BYTES[layout.format]
    if size_bytes:
        assert full_file_bytes(size_bytes, layout) <= file_bytes
    if size_bytes + step <= DISK_MAX_BYTES[layout.format]:
        assert full_file_bytes(size_bytes + step, layout) > file_bytes


@given(layouts(), st.integers(0, 70 * 1024 * GIB), st.integers(0, 1024 * GIB))
def test_a_larger_file_never_holds_a_smaller_disk(layout: DiskLayout, file_bytes: int, more: int) -> None:
    assert capacity_bytes(file_bytes, layout) <= capacity_bytes(file_bytes + more, layout)


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (FIXED_VHD, 20 * GIB - 512),
        (DYNAMIC_VHD, 20 * GIB - 6 * MIB),
        (DYNAMIC_VHDX, 20 * GIB - 32 * MIB),
        (DIFFERENCING_VHDX, 20 * GIB - 10 * MIB),
    ],
    ids=["fixed vhd", "dynamic vhd", "dynamic vhdx", "differencing vhdx"],
)
def test_twenty_gib(layout: DiskLayout, expected: int) -> None:
    assert capacity_bytes(20 * GIB, layout) == expected


@pytest.mark.parametrize("layout", _LAYOUTS, ids=lambda layout: f"{layout.format} {layout.block_bytes}")
def test_a_file_too_small_for_a_single_block_holds_nothing(layout: DiskLayout) -> None:
    assert capacity_bytes(511, layout) == 0


@pytest.mark.parametrize("layout", [FIXED_VHD, DYNAMIC_VHD], ids=["fixed", "dynamic"])
def test_qemu_fills_a_vhd_of_that_size_without_its_file_growing_larger(
    tmp_path: Path, layout: DiskLayout
) -> None:
    raw, file = tmp_path / "raw", tmp_path / "disk"
    raw.write_bytes(b"\xa5" * capacity_bytes(40 * MIB, layout))
    subformat = "fixed" if layout is FIXED_VHD else "dynamic"
    options = f"subformat={subformat},force_size=on"
    argv = ["qemu-img", "convert", "-f", "raw", "-O", "vpc", "-o", options, str(raw), str(file)]
    subprocess.run(argv, check=True, timeout=60, capture_output=True)
    assert 38 * MIB < file.stat().st_size <= 40 * MIB


@pytest.mark.parametrize("block_mib", [1, 8, 32])
def test_the_emulated_host_makes_a_fixed_vhdx_of_that_size(tmp_path: Path, block_mib: int) -> None:
    layout = evolve(DYNAMIC_VHDX, block_bytes=block_mib * MIB)
    size_bytes = capacity_bytes(300 * MIB, layout)
    spec = DiskSpec(files.DiskFormat.VHDX, DiskType.FIXED, size_bytes, block_mib * MIB)
    create(tmp_path / "fixed.vhdx", spec)
    assert (tmp_path / "fixed.vhdx").stat().st_size == full_file_bytes(size_bytes, layout) <= 300 * MIB
