"""Pushing files to a host: what arrives, what is left when it fails, and going on after it."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from attrs import evolve

from openhyperv.errors import (
    ConflictError,
    ConnectionLostError,
    ImageError,
    InvalidInputError,
    ProtocolError,
    QuotaError,
)
from openhyperv.files.feeder import WINDOW_BYTES
from openhyperv.files.image_cache import cache_image
from openhyperv.files.local_file import STEP_BYTES
from openhyperv.files.progress import Phase, Progress
from openhyperv.files.push import push_file
from openhyperv.files.share import HostFiles
from openhyperv.files.smb.errors import DISK_FULL
from openhyperv.files.smb.remote_file import Purpose, RemoteFile
from openhyperv.files.smb.session import SmbSession
from openhyperv.files.smb.settings import Authentication, ShareSettings
from openhyperv.files.windows_path import WindowsPath

from .pictures import MIB, make_image
from .samba import PASSWORD, USERNAME, Samba, running_samba, small_disk

SIZE = 48 * STEP_BYTES


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.vhdx"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def target(folder: Path) -> WindowsPath:
    return WindowsPath.parse(rf"C:\{folder.name}\new\image.vhdx")


def once_past(fraction: float, act: Callable[[], object], phase: Phase = Phase.SEND) -> Progress:
    """A progress callback that acts one time, when that much of the phase is done."""
    acted: list[bool] = []

    def progress(seen: Phase, done_bytes: int, total_bytes: int) -> None:
        if seen is phase and done_bytes >= fraction * total_bytes and not acted:
            acted.append(True)
            act()

    return progress


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "new").iterdir())


@pytest.mark.parametrize("size", [0, 1, STEP_BYTES - 1, STEP_BYTES, STEP_BYTES + 1, 5 * STEP_BYTES + 17])
def test_what_arrives_is_what_was_sent(
    files: HostFiles, folder: Path, target: WindowsPath, tmp_path: Path, size: int
) -> None:
    content = os.urandom(size).replace(b"\0", b"\1")  # a block of zeros would not be sent
    (tmp_path / "source").write_bytes(content)
    pushed = push_file(files, tmp_path / "source", target, read_back=True)
    assert (folder / "new" / "image.vhdx").read_bytes() == content
    assert (pushed.path, pushed.size_bytes, pushed.sent_bytes, pushed.kept_bytes) == (target, size, size, 0)
    assert pushed.sha256 == hashlib.sha256(content).hexdigest()
    assert names_in(folder) == ["image.vhdx"]


def test_progress_goes_up_to_the_end(files: HostFiles, source: Path, target: WindowsPath) -> None:
    seen: dict[Phase, list[int]] = {}

    def progress(phase: Phase, done_bytes: int, total_bytes: int) -> None:
        assert total_bytes == SIZE
        seen.setdefault(phase, []).append(done_bytes)

    push_file(files, source, target, read_back=True, progress=progress)
    assert list(seen) == [Phase.SEND, Phase.READ_BACK]
    for done in seen.values():
        assert done == sorted(done)
        assert done[-1] == SIZE


def test_zeros_are_not_sent(files: HostFiles, folder: Path, target: WindowsPath, tmp_path: Path) -> None:
    content = bytes(10 * STEP_BYTES) + os.urandom(STEP_BYTES) + bytes(7 * STEP_BYTES + 5)
    (tmp_path / "source").write_bytes(content)
    pushed = push_file(files, tmp_path / "source", target)
    assert pushed.sent_bytes == STEP_BYTES
    assert (folder / "new" / "image.vhdx").read_bytes() == content


def test_a_file_that_exists_is_kept_unless_it_is_to_be_replaced(
    files: HostFiles, folder: Path, source: Path, target: WindowsPath
) -> None:
    (folder / "new").mkdir()
    (folder / "new" / "image.vhdx").write_bytes(b"mine")
    with pytest.raises(ConflictError):
        push_file(files, source, target)
    assert (folder / "new" / "image.vhdx").read_bytes() == b"mine"
    push_file(files, source, target, replace=True)
    assert (folder / "new" / "image.vhdx").read_bytes() == source.read_bytes()


def test_a_broken_push_goes_on_where_it_was(
    files: HostFiles, folder: Path, samba: Samba, source: Path, target: WindowsPath
) -> None:
    with pytest.raises(ConnectionLostError) as caught:
        push_file(files, source, target, progress=once_past(0.7, samba.drop_connections))
    assert caught.value.retryable
    assert [name.rpartition(".")[2] for name in names_in(folder)] == ["part"]
    pushed = push_file(files, source, target)
    assert SIZE * 0.7 - 2 * WINDOW_BYTES < pushed.kept_bytes < SIZE
    assert pushed.sent_bytes == SIZE - pushed.kept_bytes
    assert names_in(folder) == ["image.vhdx"]
    assert (folder / "new" / "image.vhdx").read_bytes() == source.read_bytes()


def test_what_an_earlier_push_left_is_not_trusted(
    files: HostFiles, folder: Path, samba: Samba, source: Path, target: WindowsPath
) -> None:
    with pytest.raises(ConnectionLostError):
        push_file(files, source, target, progress=once_past(0.9, samba.drop_connections))
    partial = next((folder / "new").glob("*.part"))
    with partial.open("r+b") as file:
        file.seek(4 * STEP_BYTES + 3)
        file.write(b"changed")
    pushed = push_file(files, source, target)
    assert pushed.kept_bytes == 4 * STEP_BYTES
    assert (folder / "new" / "image.vhdx").read_bytes() == source.read_bytes()


def test_what_an_older_file_left_is_not_used(
    files: HostFiles, folder: Path, samba: Samba, source: Path, target: WindowsPath
) -> None:
    with pytest.raises(ConnectionLostError):
        push_file(files, source, target, progress=once_past(0.9, samba.drop_connections))
    source.write_bytes(os.urandom(SIZE))
    assert push_file(files, source, target).kept_bytes == 0
    assert (folder / "new" / "image.vhdx").read_bytes() == source.read_bytes()


def test_a_longer_leftover_is_cut_off(
    files: HostFiles, folder: Path, source: Path, target: WindowsPath
) -> None:
    (folder / "new").mkdir()
    (folder / "new" / "image.vhdx.part").write_bytes(source.read_bytes() + bytes(100_000))
    push_file(files, source, target)
    assert (folder / "new" / "image.vhdx").read_bytes() == source.read_bytes()


def test_two_pushes_of_one_file_do_not_mix(
    files: HostFiles, folder: Path, settings: ShareSettings, source: Path, target: WindowsPath
) -> None:
    refusals: list[ConflictError] = []

    def push_too() -> None:
        with HostFiles(settings) as others, pytest.raises(ConflictError) as caught:
            push_file(others, source, target)
        refusals.append(caught.value)

    push_file(files, source, target, progress=once_past(0.5, push_too))
    assert refusals[0].retryable
    assert names_in(folder) == ["image.vhdx"]


def test_a_source_that_changes_is_noticed_and_nothing_is_left(
    files: HostFiles, folder: Path, source: Path, target: WindowsPath
) -> None:
    def change() -> None:
        with source.open("r+b") as file:
            file.seek(SIZE - 10)
            file.write(b"x")

    with pytest.raises(InvalidInputError, match="changes while"):
        push_file(files, source, target, progress=once_past(0.3, change))
    assert names_in(folder) == []

    def shorten() -> None:
        os.truncate(source, STEP_BYTES)

    with pytest.raises(InvalidInputError, match="changes while"):
        push_file(files, source, target, progress=once_past(0.3, shorten))
    assert names_in(folder) == []


def test_reading_back_finds_what_the_host_lost(
    files: HostFiles, folder: Path, source: Path, target: WindowsPath
) -> None:
    def damage() -> None:
        with next((folder / "new").glob("*.part")).open("r+b") as file:
            file.seek(SIZE - 10)
            file.write(b"x")

    with pytest.raises(ProtocolError, match="differs"):
        push_file(files, source, target, read_back=True, progress=once_past(0, damage, Phase.READ_BACK))
    assert names_in(folder) == []


def test_an_error_of_the_callback_ends_the_push(
    files: HostFiles, folder: Path, source: Path, target: WindowsPath
) -> None:
    def fail() -> None:
        raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough"):
        push_file(files, source, target, progress=once_past(0.5, fail))
    assert names_in(folder) == []


@pytest.mark.parametrize("name", ["absent", "."])
def test_a_source_that_is_no_file(files: HostFiles, target: WindowsPath, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInputError):
        push_file(files, tmp_path / name, target)


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(40 * MIB))
    home = tmp_path / "host"
    home.mkdir()
    with running_samba(home, within=small_disk(home, "64m")) as samba:
        settings = ShareSettings(
            "127.0.0.1", USERNAME, PASSWORD, port=samba.port, authentication=Authentication.NTLM
        )
        check_full_disk(settings, source)


def check_full_disk(settings: ShareSettings, source: Path) -> None:
    target = WindowsPath.parse(r"C:\new\image.vhdx")

    def fill() -> None:
        with SmbSession(settings) as session:
            file = RemoteFile.open(session, "C$", "filler", Purpose.WRITE)
            file.write(os.urandom(40 * MIB), 0)

    with HostFiles(settings) as files:
        with pytest.raises(QuotaError) as caught:
            push_file(files, source, target, progress=once_past(0.2, fill))
        assert (caught.value.code, caught.value.host, caught.value.retryable) == (
            DISK_FULL,
            "127.0.0.1",
            False,
        )
        assert files.list(target.parent) == []
        with pytest.raises(QuotaError, match="needs 41943040 bytes") as refused:
            push_file(files, source, target)
        assert refused.value.code == DISK_FULL
        assert files.list(target.parent) == []


def test_an_image_is_sent_once(files: HostFiles, folder: Path, tmp_path: Path) -> None:
    image = make_image(tmp_path, "dynamic.vhdx")
    cache = WindowsPath.parse(rf"C:\{folder.name}\new")
    first = cache_image(files, image, cache, declared="vhdx")
    assert not first.was_there
    assert first.path.name == f"{hashlib.sha256(image.read_bytes()).hexdigest()}.vhdx"
    renamed = image.rename(tmp_path / "another name")
    again = cache_image(files, renamed, cache)
    assert (again.path, again.was_there, again.sent_bytes) == (first.path, True, 0)
    assert names_in(folder) == [first.path.name]


def test_a_damaged_image_in_the_cache_is_replaced(files: HostFiles, folder: Path, tmp_path: Path) -> None:
    image = make_image(tmp_path, "dynamic.vhdx")
    cache = WindowsPath.parse(rf"C:\{folder.name}\new")
    path = cache_image(files, image, cache).path
    os.truncate(folder / "new" / path.name, 100)
    assert not cache_image(files, image, cache).was_there
    assert (folder / "new" / path.name).read_bytes() == image.read_bytes()


def test_images_are_inspected_before_they_are_sent(files: HostFiles, folder: Path, tmp_path: Path) -> None:
    cache = WindowsPath.parse(rf"C:\{folder.name}\new")
    image = make_image(tmp_path, "dynamic.vhdx")
    with pytest.raises(ImageError):
        cache_image(files, image, cache, declared="raw")
    with pytest.raises(InvalidInputError, match="does not use qcow2"):
        cache_image(files, make_image(tmp_path, "v3.qcow2"), cache)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("dialect", ["SMB3_11", "SMB3_02", "SMB3_00", "SMB2_10"])
def test_every_dialect_signed_and_encrypted(tmp_path: Path, source: Path, dialect: str) -> None:
    target = WindowsPath.parse(r"C:\image.vhdx")
    home = tmp_path / "host"
    home.mkdir()
    with running_samba(home, newest_dialect=dialect) as samba:
        settings = ShareSettings("127.0.0.1", USERNAME, PASSWORD, port=samba.port)
        for encrypt in (False, True) if dialect != "SMB2_10" else (False,):
            with HostFiles(evolve(settings, encrypt=encrypt)) as files:
                assert push_file(files, source, target, replace=True, read_back=True).sent_bytes == SIZE


_PUSH_ALONE = """
import resource, sys
from pathlib import Path
from openhyperv.files.push import push_file
from openhyperv.files.share import HostFiles
from openhyperv.files.smb.settings import Authentication, ShareSettings
from openhyperv.files.windows_path import WindowsPath
settings = ShareSettings(
    "127.0.0.1", sys.argv[1], sys.argv[2], port=int(sys.argv[3]), authentication=Authentication.NTLM
)
with HostFiles(settings) as files:
    files.check()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    push_file(files, Path(sys.argv[4]), WindowsPath.parse(sys.argv[5]))
    print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


def test_memory_does_not_grow_with_the_file(samba: Samba, target: WindowsPath, tmp_path: Path) -> None:
    source = tmp_path / "large"
    source.write_bytes(os.urandom(MIB) * 300)
    command = [
        sys.executable,
        "-c",
        _PUSH_ALONE,
        USERNAME,
        PASSWORD,
        str(samba.port),
        str(source),
        str(target),
    ]
    output = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
    assert int(output) < 64
