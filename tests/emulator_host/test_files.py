"""The host's drive C: which paths lead to which files, and which lead nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openhyperv.emulator.host.files import BadHostPath, HostFiles, NoSuchDrive
from openhyperv.emulator.host.hardware.known_disks import KnownDisks

NAMES = st.text(st.characters(min_codepoint=1, max_codepoint=0x2FFF), min_size=1, max_size=12)


@pytest.fixture
def files(tmp_path: Path) -> HostFiles:
    """An empty drive."""
    return HostFiles(tmp_path / "C", KnownDisks(tmp_path / "disks", ()))


@pytest.mark.parametrize(
    "path",
    ["C:\\Data\\Disk.vhdx", "c:/data/disk.VHDX", "C:\\DATA/disk.vhdx", "\\\\?\\C:\\Data\\disk.vhdx"],
)
def test_one_file_has_many_names(files: HostFiles, path: str) -> None:
    (files.drive_c / "Data").mkdir()
    (files.drive_c / "Data" / "Disk.vhdx").touch()
    assert files.local(path) == files.drive_c / "Data" / "Disk.vhdx"
    assert files.windows(files.local(path)) == "C:\\Data\\Disk.vhdx"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "disk.vhdx",
        "\\disk.vhdx",
        "C:disk.vhdx",
        "\\\\server\\share\\disk.vhdx",
        "C:\\..\\disk.vhdx",
        "C:\\a\\..\\..\\disk.vhdx",
        "C:\\a:b",
        "C:\\disk.vhdx:stream",
        "C:\\CON",
        "C:\\nul.txt",
        "C:\\a.",
        "C:\\a ",
        "C:\\a\x00b",
        "C:\\a*b",
    ],
)
def test_paths_that_windows_would_not_take(files: HostFiles, path: str) -> None:
    with pytest.raises(BadHostPath):
        files.local(path)


def test_there_is_no_other_drive(files: HostFiles) -> None:
    with pytest.raises(NoSuchDrive):
        files.local("D:\\disk.vhdx")


def test_a_link_does_not_lead_out_of_the_drive(files: HostFiles) -> None:
    (files.drive_c / "out").symlink_to("/etc")
    with pytest.raises(BadHostPath):
        files.local("C:\\out\\passwd")


@given(names=st.lists(NAMES, max_size=5))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_path_leads_out_of_the_drive(files: HostFiles, names: list[str]) -> None:
    try:
        path = files.local("C:\\" + "\\".join(names))
    except BadHostPath:
        return
    assert path.resolve().is_relative_to(files.drive_c.resolve())
