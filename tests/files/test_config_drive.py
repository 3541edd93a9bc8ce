"""Config drives, as xorriso and qemu-img read them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from openhyperv.errors import InvalidInputError
from openhyperv.files.config_drive import LARGEST_BYTES, build_config_drive
from openhyperv.files.images.info import ImageFormat
from openhyperv.files.images.inspection import inspect_image

LONG = "user data with a long name, and Ünïcode.txt"


@pytest.fixture
def metadata(tmp_path: Path) -> Path:
    folder = tmp_path / "metadata"
    (folder / "openstack" / "latest").mkdir(parents=True)
    (folder / "openstack" / "latest" / "meta_data.json").write_text('{"uuid": "1"}')
    (folder / "openstack" / LONG).write_bytes(bytes(range(256)) * 40)
    return folder


def extract(disc: Path, target: Path, names: str) -> dict[str, bytes]:
    """What xorriso finds on a disc, by the names of Rock Ridge or Joliet."""
    command = ["xorriso", "-read_fs", names, "-osirrox", "on", "-indev", disc, "-extract", "/", target]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return contents(target)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def label(disc: Path) -> str:
    return disc.read_bytes()[16 * 2048 + 40 : 16 * 2048 + 72].decode().strip()


@pytest.mark.parametrize("names", ["norock", "any"])
def test_a_disc_holds_the_folder(metadata: Path, tmp_path: Path, names: str) -> None:
    disc = tmp_path / "config.iso"
    build_config_drive(metadata, disc, ImageFormat.ISO)
    found = extract(disc, tmp_path / "found", names)
    assert found == contents(metadata)
    assert label(disc) == "config-2"
    assert inspect_image(disc).format is ImageFormat.ISO


@pytest.mark.parametrize("disk_format", [ImageFormat.VHDX, ImageFormat.VHD])
def test_a_disk_holds_the_same_disc(metadata: Path, tmp_path: Path, disk_format: ImageFormat) -> None:
    disk = tmp_path / f"config.{disk_format}"
    build_config_drive(metadata, disk, disk_format)
    assert inspect_image(disk, disk_format.value).virtual_size_bytes == 4 * 1024**2
    raw = tmp_path / "raw.iso"
    subprocess.run(["qemu-img", "convert", "-O", "raw", disk, raw], check=True, timeout=60)
    assert extract(raw, tmp_path / "found", "any") == contents(metadata)


def test_other_metadata_is_labelled_as_cloud_init_looks_for_it(tmp_path: Path) -> None:
    folder, disc = tmp_path / "metadata", tmp_path / "config.iso"
    folder.mkdir()
    (folder / "meta-data").write_text("instance-id: 1")
    (folder / "user-data").write_text("#cloud-config")
    build_config_drive(folder, disc, ImageFormat.ISO)
    assert label(disc) == "cidata"
    assert set(extract(disc, tmp_path / "found", "any")) == {"meta-data", "user-data"}


def test_folders_that_make_no_config_drive(tmp_path: Path) -> None:
    for number, (name, prepare) in enumerate(UNUSABLE.items()):
        folder = tmp_path / f"{number}"
        if name != "missing":
            folder.mkdir()
        prepare(folder)
        with pytest.raises(InvalidInputError) as caught:
            build_config_drive(folder, tmp_path / "config.iso", ImageFormat.ISO)
        assert str(folder) in (caught.value.target or ""), name
        assert not (tmp_path / "config.iso").exists()


def _too_large(folder: Path) -> None:
    with (folder / "a").open("wb") as file:
        file.truncate(LARGEST_BYTES + 1)


UNUSABLE = {
    "missing": lambda _folder: None,
    "empty": lambda folder: (folder / "a").touch(),
    "too large": _too_large,
    "a pipe": lambda folder: os.mkfifo(folder / "a"),
    "a link to a folder": lambda folder: (folder / "a").symlink_to("/etc"),
}
