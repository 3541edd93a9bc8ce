"""Files that go from one host to another."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.errors import ConflictError, InvalidInputError, NotFoundError
from openhyperv.files.carrying import carry_file
from openhyperv.files.local_file import STEP_BYTES
from openhyperv.files.progress import Phase
from openhyperv.files.share import HostFiles
from openhyperv.files.smb.settings import Authentication, ShareSettings
from openhyperv.files.windows_path import WindowsPath

from .samba import PASSWORD, USERNAME, Samba, running_samba

DISK = WindowsPath.parse(r"C:\machines\one\root.vhdx")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Samba]:
    with running_samba(tmp_path_factory.mktemp("elsewhere")) as server:
        yield server


@pytest.fixture
def other_host(elsewhere: Samba) -> Iterator[HostFiles]:
    """Another host, with a disk of a machine."""
    settings = ShareSettings(
        "127.0.0.1", USERNAME, PASSWORD, port=elsewhere.port, authentication=Authentication.NTLM
    )
    with HostFiles(settings) as host_files:
        yield host_files


@pytest.fixture
def disk(elsewhere: Samba) -> Path:
    path = elsewhere.drive / "machines" / "one" / "root.vhdx"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(3 * STEP_BYTES) + bytes(4 * STEP_BYTES) + os.urandom(17))
    return path


@pytest.fixture
def target(folder: Path) -> WindowsPath:
    return WindowsPath.parse(rf"C:\{folder.name}\machines\one\root.vhdx")


def test_a_file_arrives_as_it_was_and_stays(
    other_host: HostFiles, disk: Path, files: HostFiles, folder: Path, target: WindowsPath
) -> None:
    carried = carry_file(other_host, DISK, files, target)
    arrived = folder / "machines" / "one"
    assert (arrived / "root.vhdx").read_bytes() == disk.read_bytes()
    assert [path.name for path in arrived.iterdir()] == ["root.vhdx"]
    assert carried.size_bytes == disk.stat().st_size
    assert carried.sent_bytes == 3 * STEP_BYTES + 17  # what is all zeros is not sent


def test_a_file_that_changes_meanwhile_does_not_arrive(
    other_host: HostFiles, disk: Path, files: HostFiles, folder: Path, target: WindowsPath
) -> None:
    def write(_phase: Phase, _done_bytes: int, _total_bytes: int) -> None:
        disk.write_bytes(disk.read_bytes() + b"more")

    with pytest.raises(InvalidInputError, match="changes while it is being sent"):
        carry_file(other_host, DISK, files, target, progress=write)
    assert not list((folder / "machines" / "one").iterdir())


@pytest.mark.usefixtures("disk")
def test_nothing_is_overwritten(
    other_host: HostFiles, files: HostFiles, folder: Path, target: WindowsPath
) -> None:
    carry_file(other_host, DISK, files, target)
    before = (folder / "machines" / "one" / "root.vhdx").read_bytes()
    with pytest.raises(ConflictError):
        carry_file(other_host, DISK, files, target)
    assert (folder / "machines" / "one" / "root.vhdx").read_bytes() == before


def test_what_is_not_there_is_named_with_its_host(
    other_host: HostFiles, files: HostFiles, target: WindowsPath
) -> None:
    missing = DISK.parent / "missing.vhdx"
    with pytest.raises(NotFoundError) as caught:
        carry_file(other_host, missing, files, target)
    assert caught.value.target == str(missing)
