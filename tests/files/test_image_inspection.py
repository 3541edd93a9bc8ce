"""What images are told to be, and which are refused before anything opens them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from openhyperv.errors import ImageError
from openhyperv.files.images.info import Firmware, ImageFormat, Layout
from openhyperv.files.images.inspection import inspect_image
from tests.capabilities import shows

from .pictures import (
    MIB,
    VARIETIES,
    convert,
    edit,
    edit_vhd,
    edit_vhdx,
    make_image,
    make_iso,
    patch,
    put,
    run,
    vhdx_metadata_item,
    write_disk,
)

FORMATS = {"vhd": "vhd", "vhdx": "vhdx", "qcow2": "qcow2", "vmdk": "vmdk", "raw": "raw"}
FILE_PARAMETERS = "3767a1ca36fa434db3b633f0aa44e76b"
SECTOR_SIZE = "1dbf41816fa90947ba47f233a8faab5f"


def refusal(path: Path, declared: str | None = None) -> str:
    with pytest.raises(ImageError) as caught:
        inspect_image(path, declared)
    assert caught.value.target == str(path)
    assert caught.value.remedy
    return caught.value.message


@shows("C1")
@pytest.mark.parametrize("name", VARIETIES)
def test_each_format_is_recognised_with_its_size(tmp_path: Path, name: str) -> None:
    path = make_image(tmp_path, name)
    suffix = path.suffix[1:]
    info = inspect_image(path, suffix)
    assert info.format == ImageFormat(suffix)
    assert info.file_size_bytes == path.stat().st_size
    grown_by_geometry = 8 * MIB + 126976 if name == "dynamic.vhd" else 8 * MIB
    assert 8 * MIB <= info.virtual_size_bytes <= grown_by_geometry
    assert info.layout is (Layout.FIXED if "fixed" in name or suffix == "raw" else Layout.DYNAMIC)


@shows("C2")
@pytest.mark.parametrize("name", [name for name in VARIETIES if not name.endswith("raw")])
def test_the_name_of_a_file_does_not_matter(tmp_path: Path, name: str) -> None:
    path = make_image(tmp_path, name).rename(tmp_path / "image")
    assert inspect_image(path).format == ImageFormat(name.rpartition(".")[2])


@pytest.mark.parametrize("gpt", [False, True])
@pytest.mark.parametrize("options", [("-O", "vpc"), ("-O", "vhdx"), ("-O", "qcow2"), ("-O", "raw")])
def test_the_partition_table_hints_at_the_firmware(
    tmp_path: Path, options: tuple[str, str], *, gpt: bool
) -> None:
    disk = write_disk(tmp_path / "disk", gpt=gpt)
    info = inspect_image(convert(disk, tmp_path / "image", *options))
    assert info.bootable_with == {Firmware.UEFI if gpt else Firmware.BIOS}


def test_a_stream_optimized_vmdk(tmp_path: Path) -> None:
    disk = write_disk(tmp_path / "disk", gpt=True)
    path = convert(disk, tmp_path / "s.vmdk", "-O", "vmdk", "-o", "subformat=streamOptimized")
    assert inspect_image(path, "vmdk").virtual_size_bytes == 8 * MIB


def test_an_iso(tmp_path: Path) -> None:
    info = inspect_image(make_iso(tmp_path), "iso")
    assert info.format is ImageFormat.ISO
    assert info.virtual_size_bytes == info.file_size_bytes


def test_what_is_declared_must_be_what_is_there(tmp_path: Path) -> None:
    qcow2 = make_image(tmp_path, "v3.qcow2")
    assert "declared as raw, but it is qcow2" in refusal(qcow2, "raw")
    assert "declared as vhdx, but it is vhd" in refusal(make_image(tmp_path, "dynamic.vhd"), "vhdx")
    assert "no image format" in refusal(qcow2, "vdi")


def test_glance_calls_both_of_microsofts_formats_vhd(tmp_path: Path) -> None:
    assert inspect_image(make_image(tmp_path, "dynamic.vhdx"), "vhd").format is ImageFormat.VHDX


def test_raw_needs_a_boot_sector_or_a_declaration(tmp_path: Path) -> None:
    path = make_image(tmp_path, "disk.raw")
    assert "boot sector" in refusal(path)
    assert inspect_image(path, "raw").format is ImageFormat.RAW
    assert inspect_image(write_disk(path, gpt=True)).format is ImageFormat.RAW


@shows("C1")
def test_files_that_are_no_images(tmp_path: Path) -> None:
    for name, content in (("empty", b""), ("text", b"hello world\n" * 100), ("odd", b"\x00" * 513)):
        path = tmp_path / name
        path.write_bytes(content)
        assert refusal(path)
        assert refusal(path, "raw")
    assert "gzip" in refusal_of_bytes(tmp_path, b"\x1f\x8b\x08" + bytes(1021))
    assert "VDI" in refusal_of_bytes(tmp_path, bytes(64) + b"\x7f\x10\xda\xbe" + bytes(444))


def refusal_of_bytes(directory: Path, content: bytes) -> str:
    path = directory / "bytes"
    path.write_bytes(content)
    return refusal(path, "raw")


def test_things_that_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "absent", Path("/dev/zero")):
        with pytest.raises(ImageError) as caught:
            inspect_image(path)
        assert str(path) in str(caught.value)


def test_a_file_that_is_two_formats_at_once_is_refused(tmp_path: Path) -> None:
    qcow2 = make_image(tmp_path, "v3.qcow2", "64M")
    footer = make_image(tmp_path, "fixed.vhd").read_bytes()[-512:]
    qcow2.write_bytes(qcow2.read_bytes() + footer)
    assert "qcow2 and as vhd" in refusal(qcow2, "qcow2")


def test_qcow2_that_needs_another_file(tmp_path: Path) -> None:
    base = make_image(tmp_path, "v3.qcow2")
    child = tmp_path / "child.qcow2"
    run("qemu-img", "create", "-q", "-f", "qcow2", "-b", str(base), "-F", "qcow2", str(child))
    assert "backing file" in refusal(child)
    data = tmp_path / "data.qcow2"
    run("qemu-img", "create", "-q", "-f", "qcow2", "-o", f"data_file={tmp_path}/data.raw", str(data), "1M")
    assert "external data file" in refusal(data)
    patch(data, 72, bytes(8))  # without the feature bit, the name of the file is still there
    assert "names another file" in refusal(data)


@pytest.mark.parametrize(
    ("offset", "layout", "value", "words"),
    [
        (4, ">I", 4, "version"),
        (20, ">I", 8, "cluster size"),
        (20, ">I", 63, "cluster size"),
        (24, ">Q", 0, "disk of 0 bytes"),
        (24, ">Q", 65 * 1024**4, "64 TiB"),
        (24, ">Q", 1000, "whole number of sectors"),
        (24, ">Q", 1024**4, "L1 table is too small"),
        (32, ">I", 1, "encrypted"),
        (36, ">I", 0x7FFFFFFF, "L1 table"),
        (40, ">Q", 1 << 40, "L1 table"),
        (40, ">Q", 0, "not aligned"),
        (48, ">Q", 1 << 40, "refcount table"),
        (72, ">Q", 1, "damaged"),
        (72, ">Q", 2, "damaged"),
        (72, ">Q", 1 << 20, "features"),
        (100, ">I", 100_000, "header claims"),
        (100, ">I", 32, "header claims"),
    ],
)
def test_qcow2_damage(tmp_path: Path, offset: int, layout: str, value: int, words: str) -> None:
    path = make_image(tmp_path, "v3.qcow2")
    edit(path, 0, 512, put(offset, layout, value))
    assert words in refusal(path)


def test_a_differencing_vhd_is_refused(tmp_path: Path) -> None:
    path = make_image(tmp_path, "dynamic.vhd")
    edit_vhd(path, put(60, ">I", 4))
    assert "differencing" in refusal(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put(576, "4s", b"W2ku"), "parent locator"),
        (put(40, "16s", b"\x01" * 16), "parent locator"),
        (put(0, "8s", b"dxsparse"), "dynamic disk header"),
        (put(24, ">I", 2), "version"),
        (put(32, ">I", 0), "block size"),
        (put(32, ">I", 3 * MIB), "block size"),
        (put(32, ">I", 1 << 31), "block size"),
        (put(28, ">I", 1), "cannot hold"),
        (put(16, ">Q", 1 << 50), "block allocation table"),
    ],
)
def test_vhd_header_damage(tmp_path: Path, change: Callable[[bytearray], None], words: str) -> None:
    path = make_image(tmp_path, "dynamic.vhd")
    edit_vhd(path, change, header=True)
    assert words in refusal(path)


@pytest.mark.parametrize("name", ["dynamic.vhd", "fixed.vhd"])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put(12, ">I", 2), "version"),
        (put(48, ">Q", 0), "disk of 0 bytes"),
        (put(48, ">Q", 2041 * 1024**3), ""),
        (put(48, ">Q", 1 << 63), "64 TiB"),
        (put(48, ">Q", 513), "whole number"),
        (put(60, ">I", 0), "disk type"),
        (put(84, "B", 1), "saved state"),
    ],
)
def test_vhd_footer_damage(
    tmp_path: Path, name: str, change: Callable[[bytearray], None], words: str
) -> None:
    path = make_image(tmp_path, name)
    edit_vhd(path, change)
    assert words in refusal(path)


def test_vhd_checksums_count(tmp_path: Path) -> None:
    path = make_image(tmp_path, "dynamic.vhd")
    patch(path, 512 + 100, b"\x01")
    assert "checksum of its dynamic disk header" in refusal(path)
    patch(path, -500, b"\x01")
    assert "checksum of its footer" in refusal(path)


def test_a_vhd_block_outside_the_file(tmp_path: Path) -> None:
    path = convert(write_disk(tmp_path / "disk", gpt=True), tmp_path / "d.vhd", "-O", "vpc")
    assert inspect_image(path)
    patch(path, 1536, (1 << 30).to_bytes(4, "big"))
    assert "last block" in refusal(path)


def test_a_differencing_vhdx_is_refused(tmp_path: Path) -> None:
    path = make_image(tmp_path, "dynamic.vhdx")
    patch(path, 3 * MIB + 65536 + 4, b"\x02")
    assert "differencing" in refusal(path)
    patch(path, 3 * MIB + 65536 + 4, b"\x00")
    assert inspect_image(path)
    locator = bytes.fromhex("2d5fd3a80bb34d45abf7d3d84834ab0c")
    patch(path, 3 * MIB + 32 + 32 * 5, locator + bytes(16))
    patch(path, 3 * MIB + 10, b"\x06")
    assert "differencing" in refusal(path)


@pytest.mark.parametrize(
    ("offset", "length", "change", "words"),
    [
        (65536, 4096, put(0, "4s", b"daeh"), "headers is missing"),
        (131072, 4096, put(66, "<H", 2), "format version"),
        (65536, 4096, put(64, "<H", 1), "format version"),
        (131072, 4096, put(48, "16s", b"\x01" * 16), "log has changes"),
        (131072, 4096, put(72, "<Q", 1 << 50), "log"),
        (131072, 4096, put(72, "<Q", 12345), "log is not aligned"),
        (196608, 65536, put(0, "4s", b"gegi"), "region tables is missing"),
        (196608, 65536, put(24, "<Q", 4 * MIB), "differ"),
        (262144, 65536, put(8, "<I", 1), "differ"),
    ],
)
def test_vhdx_header_damage(
    tmp_path: Path, offset: int, length: int, change: Callable[[bytearray], None], words: str
) -> None:
    path = make_image(tmp_path, "dynamic.vhdx")
    edit_vhdx(path, offset, length, change)
    assert words in refusal(path)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (put(8, "<I", 1), "missing from its region table"),
        (put(8, "<I", 5000), "5000 entries"),
        (put(16, "<16sQII", b"\x07" * 16, 2 * MIB, MIB, 1), "unknown kind"),
        (put(48, "16s", bytes.fromhex("6677c22d23f600429d64115e9bfd4a08")), "twice"),
        (put(32, "<Q", 3 * MIB), "overlap"),
        (put(32, "<Q", 1 << 60), "region"),
        (put(32, "<Q", 0), "aligned"),
    ],
)
def test_vhdx_region_damage(tmp_path: Path, change: Callable[[bytearray], None], words: str) -> None:
    path = make_image(tmp_path, "dynamic.vhdx")
    for offset in (196608, 262144):
        edit_vhdx(path, offset, 65536, change)
    assert words in refusal(path)


def test_only_the_current_vhdx_header_tells_of_the_log(tmp_path: Path) -> None:
    path = make_image(tmp_path, "dynamic.vhdx")
    edit_vhdx(path, 65536, 4096, put(48, "16s", b"\x01" * 16))
    assert inspect_image(path)
    edit_vhdx(path, 65536, 4096, put(8, "<Q", 2**63))
    assert "log has changes" in refusal(path)


@pytest.mark.parametrize("offset", [65536 + 100, 131072 + 100, 196608 + 100, 262144 + 100])
def test_vhdx_checksums_count(tmp_path: Path, offset: int) -> None:
    path = make_image(tmp_path, "dynamic.vhdx")
    patch(path, offset, b"\x01")
    assert "checksum" in refusal(path)


@pytest.mark.parametrize(
    ("offset", "data", "words"),
    [
        (65536, bytes(4), "block size is 0"),
        (65536, (3 * MIB).to_bytes(4, "little"), "block size"),
        (65536 + 4, b"\x04", "unknown flags"),
        (65536 + 8, bytes(8), "disk of 0 bytes"),
        (65536 + 8, (1 << 60).to_bytes(8, "little"), "64 TiB"),
        (65536 + 8, (4 * 1024**4).to_bytes(8, "little"), "too small for its disk"),
        (65536 + 32, (513).to_bytes(4, "little"), "logical sector size"),
        (65536 + 36, (1).to_bytes(4, "little"), "physical sector size"),
        (0, b"metadatA", "metadata table is missing"),
        (10, b"\xff\xff", "65535 entries"),
        (10, b"\x04", "Metadata that every VHDX has"),
        (32 + 16, (1).to_bytes(4, "little"), "not where it can be"),
        (32 + 20, (9).to_bytes(4, "little"), "not where it can be"),
        (32, b"\x09" * 16, "unknown kind"),
    ],
)
def test_vhdx_metadata_damage(tmp_path: Path, offset: int, data: bytes, words: str) -> None:
    path = make_image(tmp_path, "dynamic.vhdx")
    patch(path, 3 * MIB + offset, data)
    assert words in refusal(path)


@pytest.mark.parametrize(
    ("entry", "words"),
    [((1 << 40) | 6, "last block"), (6, "over its header"), ((9 << 20) | 7, "unknown state"), (5, "state")],
)
def test_vhdx_blocks_where_none_can_be(tmp_path: Path, entry: int, words: str) -> None:
    path = make_image(tmp_path, "dynamic.vhdx")
    patch(path, 2 * MIB, entry.to_bytes(8, "little"))
    assert words in refusal(path)


def test_metadata_is_found_by_its_identifier_not_by_its_place(tmp_path: Path) -> None:
    path = make_image(tmp_path, "dynamic.vhdx")
    first, last = vhdx_metadata_item(path, FILE_PARAMETERS), vhdx_metadata_item(path, SECTOR_SIZE)
    data = path.read_bytes()
    patch(path, first, data[last : last + 32])
    patch(path, last, data[first : first + 32])
    assert inspect_image(path).virtual_size_bytes == 8 * MIB


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'RW 16384 SPARSE "sparse.vmdk"', b'RW 16384 FLAT "/etc/shadow" 0', "extents"),
        (b'SPARSE "sparse.vmdk"', b'SPARSE "/etc/shadow"', "extents"),
        (b"parentCID=ffffffff", b"parentCID=12345678", "parent"),
        (b'ddb.adapterType = "ide"', b'parentFileNameHint="/x"', "parent"),
        (b'createType="monolithicSparse"', b'createType="monolithicFlat"', "type"),
        (b"# The Disk Data Base", b'RW 1 SPARSE "sparse2"', "extents"),
        (b"RW 16384", b"RW 16380", "different sizes"),
        (b"version=1", b"version=\xff", "plain text"),
        (b"# The Disk Data Base", b"parentCID = ffffffff", "twice"),
    ],
)
def test_vmdk_that_points_elsewhere(tmp_path: Path, old: bytes, new: bytes, words: str) -> None:
    path = make_image(tmp_path, "sparse.vmdk")
    data = path.read_bytes()
    assert old in data
    patch(path, data.index(b"# Disk"), data[data.index(b"# Disk") :].replace(old, new, 1)[: 20 * 512])
    assert words in refusal(path)


@pytest.mark.parametrize(
    ("offset", "data", "words"),
    [
        (4, b"\x09", "version"),
        (12, bytes(8), "no sectors"),
        (20, b"\x03", "grain size"),
        (28, b"\xff" * 8, "descriptor"),
        (36, b"\xff" * 8, "descriptor claims"),
        (44, b"\x01", "grain tables"),
        (56, (1 << 40).to_bytes(8, "little"), "grain directory"),
    ],
)
def test_vmdk_damage(tmp_path: Path, offset: int, data: bytes, words: str) -> None:
    path = make_image(tmp_path, "sparse.vmdk")
    patch(path, offset, data)
    assert words in refusal(path)


def test_vmdk_in_several_files_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "flat.vmdk"
    run("qemu-img", "create", "-q", "-f", "vmdk", "-o", "subformat=monolithicFlat", str(path), "1M")
    assert "several files" in refusal(path, "vmdk")
    path.write_bytes(b"COWD" + bytes(1020))
    assert "COWD" in refusal(path)


@pytest.mark.parametrize("change", [(80, b"\x00"), (84, b"\xff"), (128, b"\x01"), (80, b"\xff" * 8)])
def test_iso_damage(tmp_path: Path, change: tuple[int, bytes]) -> None:
    path = make_iso(tmp_path)
    patch(path, 16 * 2048 + change[0], change[1])
    assert refusal(path, "iso")


@pytest.mark.parametrize("name", [name for name in VARIETIES if not name.endswith("raw")])
def test_an_image_that_was_cut_off_is_refused(tmp_path: Path, name: str) -> None:
    disk = write_disk(tmp_path / "disk", gpt=True)
    options = VARIETIES[name]
    path = convert(disk, tmp_path / name, "-O", options[1], *options[2:])
    assert inspect_image(path, path.suffix[1:])
    os.truncate(path, path.stat().st_size // 2 // 512 * 512)
    assert refusal(path, path.suffix[1:])
    os.truncate(path, 100)
    assert refusal(path, path.suffix[1:])
