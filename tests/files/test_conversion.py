"""Conversion of every accepted image to what Hyper-V runs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from openhyperv.errors import ConflictError, DeadlineError, ImageError, InvalidInputError, UnsupportedError
from openhyperv.files.images.conversion import ConversionLimits, convert_image
from openhyperv.files.images.info import Firmware, ImageFormat, Layout
from openhyperv.files.images.inspection import inspect_image
from openhyperv.files.progress import Phase

from .pictures import MIB, VARIETIES, convert, make_image, make_iso, patch, write_disk

TARGETS = [ImageFormat.VHDX, ImageFormat.VHD]


def content(path: Path, driver: str, directory: Path) -> bytes:
    """The disk inside, as qemu-img reads it."""
    raw = directory / "content.raw"
    source = f"driver={driver},file.driver=file,file.filename={path}"
    if driver == "vpc":
        source += ",force_size_calc=current_size"
    subprocess.run(
        ["qemu-img", "convert", "--image-opts", source, "-O", "raw", str(raw)],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return raw.read_bytes()


@pytest.mark.parametrize("target_format", TARGETS)
@pytest.mark.parametrize("name", VARIETIES)
def test_the_disk_stays_the_same(tmp_path: Path, name: str, target_format: ImageFormat) -> None:
    disk = write_disk(tmp_path / "disk", gpt=True)
    options = VARIETIES[name]
    source = convert(disk, tmp_path / name, "-O", options[1], *options[2:])
    target = tmp_path / "target"
    info = convert_image(source, target, target_format, declared=source.suffix[1:])
    assert info == inspect_image(target)
    assert (info.format, info.layout) == (target_format, Layout.DYNAMIC)
    assert info.virtual_size_bytes == inspect_image(source).virtual_size_bytes
    assert info.bootable_with == {Firmware.UEFI}
    driver = "vpc" if target_format is ImageFormat.VHD else "vhdx"
    assert content(target, driver, tmp_path)[: 8 * MIB] == disk.read_bytes()


def test_an_iso_becomes_a_disk(tmp_path: Path) -> None:
    iso = make_iso(tmp_path)
    convert_image(iso, tmp_path / "target.vhdx", ImageFormat.VHDX, declared="iso")
    assert content(tmp_path / "target.vhdx", "vhdx", tmp_path) == iso.read_bytes()


def test_progress_goes_up_to_the_end(tmp_path: Path) -> None:
    source = write_disk(tmp_path / "disk", size_bytes=64 * MIB, gpt=True)
    seen: list[int] = []

    def progress(phase: Phase, done_bytes: int, total_bytes: int) -> None:
        assert (phase, total_bytes) == (Phase.CONVERT, 64 * MIB)
        seen.append(done_bytes)

    convert_image(source, tmp_path / "t.vhdx", ImageFormat.VHDX, progress=progress)
    assert seen == sorted(seen)
    assert seen[-1] == 64 * MIB


def test_names_that_look_like_protocols_are_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    source = Path('nbd:localhost:1,"x":json:{}.raw')
    write_disk(source, gpt=True)
    target = Path("ssh:host,block_size=1.vhdx")
    assert convert_image(source, target, ImageFormat.VHDX).virtual_size_bytes == 8 * MIB
    assert {path.name for path in tmp_path.iterdir()} == {str(source), str(target)}


def test_what_is_refused_leaves_nothing(tmp_path: Path) -> None:
    source = make_image(tmp_path, "v3.qcow2")
    target = tmp_path / "target.vhdx"
    with pytest.raises(ImageError, match="declared as raw"):
        convert_image(source, target, ImageFormat.VHDX, declared="raw")
    with pytest.raises(InvalidInputError, match="does not run machines from qcow2"):
        convert_image(source, target, ImageFormat.QCOW2)
    with pytest.raises(InvalidInputError, match="cannot be written"):
        convert_image(source, tmp_path / "absent" / "t.vhdx", ImageFormat.VHDX)
    target.write_bytes(b"mine")
    with pytest.raises(ConflictError):
        convert_image(source, target, ImageFormat.VHDX)
    assert target.read_bytes() == b"mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["target.vhdx", "v3.qcow2"]


def test_an_image_that_only_qemu_img_finds_damaged(tmp_path: Path) -> None:
    disk = write_disk(tmp_path / "disk", gpt=True)
    source = convert(disk, tmp_path / "s.qcow2", "-O", "qcow2")
    l2_offset = int.from_bytes(source.read_bytes()[0x30000:0x30008], "big") & 0x00FFFFFFFFFFFE00
    patch(source, l2_offset + 8 * 80, (0x8000000000000200).to_bytes(8, "big"))
    with pytest.raises(ImageError, match="qemu-img cannot convert it") as caught:
        convert_image(source, tmp_path / "t.vhdx", ImageFormat.VHDX)
    assert caught.value.target == str(source)
    assert not (tmp_path / "t.vhdx").exists()


def test_the_deadline_ends_a_conversion(tmp_path: Path) -> None:
    source = write_disk(tmp_path / "disk", size_bytes=64 * MIB, gpt=True)
    with pytest.raises(DeadlineError):
        convert_image(source, tmp_path / "t.vhdx", ImageFormat.VHDX, limits=ConversionLimits(deadline_s=0.0))
    assert [path.name for path in tmp_path.iterdir()] == ["disk"]


def test_the_memory_limit_ends_a_conversion(tmp_path: Path) -> None:
    source = write_disk(tmp_path / "disk", gpt=True)
    with pytest.raises(ImageError, match="qemu-img cannot"):
        convert_image(
            source, tmp_path / "t.vhdx", ImageFormat.VHDX, limits=ConversionLimits(memory_bytes=16 * MIB)
        )
    assert [path.name for path in tmp_path.iterdir()] == ["disk"]


def test_an_error_of_the_callback_ends_the_conversion(tmp_path: Path) -> None:
    def fail(phase: Phase, done_bytes: int, total_bytes: int) -> None:
        raise RuntimeError(f"{phase} {done_bytes} {total_bytes}")

    with pytest.raises(RuntimeError, match="convert"):
        convert_image(
            write_disk(tmp_path / "disk", gpt=True), tmp_path / "t.vhdx", ImageFormat.VHDX, progress=fail
        )
    assert [path.name for path in tmp_path.iterdir()] == ["disk"]


def test_qemu_img_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write_disk(tmp_path / "disk", gpt=True)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnsupportedError, match="not installed") as caught:
        convert_image(source, tmp_path / "t.vhdx", ImageFormat.VHDX)
    assert "Install" in str(caught.value)


def test_large_disks_get_larger_blocks(tmp_path: Path) -> None:
    source = tmp_path / "large.raw"
    write_disk(source, gpt=True)
    os.truncate(source, 5 * 1024**4)
    info = convert_image(source, tmp_path / "t.vhdx", ImageFormat.VHDX)
    assert info.virtual_size_bytes == 5 * 1024**4
    assert info.file_size_bytes < 256 * MIB
