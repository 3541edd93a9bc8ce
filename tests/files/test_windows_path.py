"""Paths that mean the file they spell, and the many that do not."""

from __future__ import annotations

from contextlib import suppress
from pathlib import PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhyperv.errors import InvalidInputError
from openhyperv.files.windows_path import WindowsPath, check_component


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("C:\\", "C:\\"),
        (r"C:\a\b.vhdx", r"C:\a\b.vhdx"),
        ("c:/a/b", r"C:\a\b"),
        ("d:\\a\\", r"D:\a"),
        (r"C:\.hidden", r"C:\.hidden"),
        (r"C:\it's 100% (ok) & fine", r"C:\it's 100% (ok) & fine"),
        (r"C:\Virtuální\磁盘.vhdx", r"C:\Virtuální\磁盘.vhdx"),
        (r"C:\CONSOLE\COM10\nullable", r"C:\CONSOLE\COM10\nullable"),
        (r"C:\a~b\backup~old.vhdx", r"C:\a~b\backup~old.vhdx"),
    ],
)
def test_paths_that_are_taken(text: str, spelled: str) -> None:
    assert str(WindowsPath.parse(text)) == spelled


@pytest.mark.parametrize(
    "text",
    [
        "",
        "C:",
        "a",
        r"\a",
        "C:a",
        r"..\a",
        r"C:\..\a",
        r"C:\a\..",
        r"C:\a\.\b",
        r"C:\a\\b",
        "C:\\\\",
        r"\\server\share\a",
        r"\\?\C:\a",
        r"\\.\PhysicalDrive0",
        r"\??\C:\a",
        r"//?/C:/a",
        r"CC:\a",
        r"1:\a",
        "é:\\a",
        r"C:\a:b",
        r"C:\a::$DATA",
        r"C:\file.vhdx:stream",
        r"C:\a*",
        r"C:\a?",
        r'C:\a"b',
        r"C:\a<b",
        r"C:\a|b",
        "C:\\a\nb",
        "C:\\a\x00",
        "C:\\a\x7f",
        "C:\\a\ud800",
        r"C:\a.",
        "C:\\a ",
        r"C:\a.\b",
        "C:\\... ",
        r"C:\CON",
        r"C:\con.txt",
        r"C:\NUL .vhdx",
        r"C:\x\AUX",
        r"C:\COM1",
        r"C:\LPT9.iso",
        "C:\\COM¹",
        r"C:\CONIN$",
        r"C:\PROGRA~1",
        r"C:\a~1.VHD",
        "C:\\" + "x" * 256,
        "C:\\" + "\\".join(["x" * 60] * 5),
        "C:\\" + "😀" * 128,
    ],
)
def test_paths_that_are_refused(text: str) -> None:
    with pytest.raises(InvalidInputError, match="refused"):
        WindowsPath.parse(text)


def test_joining_takes_one_name_only() -> None:
    folder = WindowsPath.parse(r"C:\vms")
    assert str(folder / "a" / "b.vhdx") == r"C:\vms\a\b.vhdx"
    for name in ("..", "", "a\\b", "a/b", "C:", "NUL"):
        with pytest.raises(InvalidInputError):
            folder / name


def test_parts_of_a_path() -> None:
    path = WindowsPath.parse(r"d:\VMs\one\Disk.VHDX")
    assert (path.name, path.suffix, str(path.parent)) == ("Disk.VHDX", ".vhdx", r"D:\VMs\one")
    assert (path.share, path.relative) == ("D$", r"VMs\one\Disk.VHDX")
    assert path.unc("host") == r"\\host\D$\VMs\one\Disk.VHDX"
    root = WindowsPath.parse("C:\\")
    assert (root.name, root.suffix, root.parent, root.unc("h")) == ("", "", root, r"\\h\C$")
    assert WindowsPath.parse(r"C:\.x").suffix == ""


def test_paths_are_equal_in_any_case_of_letters() -> None:
    one, other = WindowsPath.parse(r"C:\VMs\A"), WindowsPath.parse(r"c:\vms\a")
    assert one == other
    assert len({one, other}) == 1
    assert WindowsPath.parse(r"C:\VMS\a\b").is_below(WindowsPath.parse(r"c:\vms"))
    assert not one.is_below(other)
    assert not WindowsPath.parse(r"C:\vms2\a").is_below(WindowsPath.parse(r"C:\vms"))
    assert sorted([WindowsPath.parse(r"C:\b"), WindowsPath.parse(r"C:\A")])[0].name == "A"


_PIECES = st.lists(
    st.sampled_from(["C:", "\\", "/", ".", "..", ":", "CON", "nul", "~1", " ", "a", "$DATA", "?", "\\\\?\\"])
    | st.text(max_size=3)
).map("".join)


@given(_PIECES | st.text())
def test_what_is_taken_is_what_windows_would_open(text: str) -> None:
    with suppress(InvalidInputError):
        check_taken(WindowsPath.parse(text))


def check_taken(path: WindowsPath) -> None:
    assert WindowsPath.parse(str(path)) == path
    seen = PureWindowsPath(str(path))
    assert seen.is_absolute()
    assert not seen.is_reserved()
    assert seen.parts[1:] == path.parts
    for part in path.parts:
        assert not set(part) & set('<>:"/\\|?*')
        assert part not in {".", ".."}
        assert part == part.rstrip(". ")


@given(st.text(max_size=300))
def test_a_name_is_taken_or_refused(name: str) -> None:
    with suppress(InvalidInputError):
        assert check_component(name) == name
