"""Copies that a host makes itself, over real SMB."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.files.copying import copy_tree
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath

C = WindowsPath.parse("C:\\")
LARGE = 35 * (1 << 20) + 7


def test_a_folder_is_copied_whole(files: HostFiles, folder: Path) -> None:
    source = folder / "source"
    (source / "deep" / "deeper").mkdir(parents=True)
    (source / "large").write_bytes(os.urandom(LARGE))
    (source / "deep" / "deeper" / "Ü").write_bytes(b"small")
    (source / "empty").write_bytes(b"")
    target = folder / "target"
    steps = list(copy_tree(files, C / folder.name / "source", C / folder.name / "target"))
    assert (target / "large").read_bytes() == (source / "large").read_bytes()
    assert (target / "deep" / "deeper" / "Ü").read_bytes() == b"small"
    assert (target / "empty").read_bytes() == b""
    assert [step.done_bytes for step in steps] == sorted(step.done_bytes for step in steps)
    assert (steps[-1].done_bytes, steps[-1].total_bytes, steps[-1].percent) == (LARGE + 5, LARGE + 5, 100)


def test_nothing_is_overwritten(files: HostFiles, folder: Path) -> None:
    for name, content in (("source", b"new"), ("target", b"old")):
        (folder / name).mkdir()
        (folder / name / "file").write_bytes(content)
    with pytest.raises(ConflictError) as caught:
        list(copy_tree(files, C / folder.name / "source", C / folder.name / "target"))
    assert caught.value.target == str(C / folder.name / "target" / "file")
    assert (folder / "target" / "file").read_bytes() == b"old"


def test_what_is_not_there_is_not_copied(files: HostFiles, folder: Path) -> None:
    with pytest.raises(NotFoundError):
        list(copy_tree(files, C / folder.name / "nothing", C / folder.name / "target"))
    assert not (folder / "target").exists()
