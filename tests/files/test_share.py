"""Files of a host over real SMB, and what goes wrong with them."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from attrs import evolve

from openhyperv.errors import (
    AuthenticationError,
    ConflictError,
    ConnectionLostError,
    DeadlineError,
    HyperVError,
    InvalidInputError,
    NotFoundError,
    ProtocolError,
    UnreachableError,
)
from openhyperv.files.share import HostFiles
from openhyperv.files.smb.pipe import Pipe
from openhyperv.files.smb.settings import ShareSettings
from openhyperv.files.windows_path import WindowsPath

from .pipe_server import named_pipe
from .samba import Samba

C = WindowsPath.parse("C:\\")


def on_host(folder: Path) -> WindowsPath:
    return C / folder.name


def test_folders_are_made_with_those_above(files: HostFiles, folder: Path) -> None:
    path = on_host(folder) / "a" / "b" / "Ü c"
    files.make_folder(path)
    files.make_folder(path)
    assert (folder / "a" / "b" / "Ü c").is_dir()
    assert files.exists(path)
    assert not files.exists(path / "x")
    (folder / "file").write_bytes(b"")
    with pytest.raises(ConflictError):
        files.make_folder(on_host(folder) / "file")


def test_a_lock_is_held_by_one_and_leaves_nothing(
    files: HostFiles, settings: ShareSettings, folder: Path
) -> None:
    path = on_host(folder) / "locks" / "a.lock"
    with HostFiles(settings) as other:
        with files.locked(path):
            with pytest.raises(ConflictError) as caught, other.locked(path):
                pass
            assert caught.value.retryable
            assert files.exists(path)
        with other.locked(path):
            other.close()  # as when the connection breaks
            with files.locked(path):
                pass
    assert list((folder / "locks").iterdir()) == []


def test_status_and_listing(files: HostFiles, folder: Path) -> None:
    for number in range(300):
        (folder / f"file {number:03}").write_bytes(b"x" * number)
    (folder / "sub").mkdir()
    listing = files.list(on_host(folder))
    assert [status.name for status in listing] == sorted(path.name for path in folder.iterdir())
    assert [status.size_bytes for status in listing[:300]] == list(range(300))
    assert listing[300].is_folder
    status = files.status(on_host(folder) / "file 007")
    assert (status.size_bytes, status.is_folder, status.is_link) == (7, False, False)
    assert abs(status.changed_at.timestamp() - time.time()) < 60
    assert files.list(on_host(folder) / "sub") == []


def test_reading_a_part_of_a_file(files: HostFiles, folder: Path) -> None:
    content = os.urandom(3 * 1024**2 + 17)
    (folder / "data").write_bytes(content)
    path = on_host(folder) / "data"
    assert files.read(path, limit_bytes=10**9) == content
    assert files.read(path, offset=1024**2 - 3, limit_bytes=100) == content[1024**2 - 3 :][:100]
    assert files.read(path, offset=10**9, limit_bytes=100) == b""


def test_renaming(files: HostFiles, folder: Path) -> None:
    (folder / "old").write_bytes(b"old")
    (folder / "new").write_bytes(b"new")
    old, new = on_host(folder) / "old", on_host(folder) / "new"
    with pytest.raises(ConflictError):
        files.rename(old, new)
    files.rename(old, new, replace=True)
    assert (folder / "new").read_bytes() == b"old"
    with pytest.raises(NotFoundError):
        files.rename(old, new)
    with pytest.raises(InvalidInputError, match="another drive"):
        files.rename(new, WindowsPath.parse(r"D:\new"))


def test_removing(files: HostFiles, folder: Path) -> None:
    (folder / "tree" / "deep" / "deeper").mkdir(parents=True)
    (folder / "tree" / "deep" / "file").write_bytes(b"x")
    path = on_host(folder) / "tree"
    with pytest.raises(ConflictError):
        files.remove(path)
    files.remove_tree(path)
    files.remove_tree(path)
    files.remove(path / "deep")
    assert list(folder.iterdir()) == []
    with pytest.raises(InvalidInputError, match="root"):
        files.remove_tree(C)


def test_free_space(files: HostFiles, folder: Path) -> None:
    statistics = os.statvfs(folder)
    free = statistics.f_bavail * statistics.f_frsize
    assert abs(files.free_bytes(on_host(folder)) - free) < free // 10
    with pytest.raises(NotFoundError):
        files.free_bytes(on_host(folder) / "absent")


def test_what_does_not_exist_says_so(files: HostFiles, folder: Path) -> None:
    with pytest.raises(NotFoundError) as caught:
        files.read(on_host(folder) / "absent.vhdx", limit_bytes=1)
    error = caught.value
    assert (error.host, error.operation, error.code) == ("127.0.0.1", "read file", 0xC0000034)
    assert error.target == rf"C:\{folder.name}\absent.vhdx"
    with pytest.raises(NotFoundError) as caught:
        files.read(WindowsPath.parse(r"D:\no\such\share"), limit_bytes=1)
    assert caught.value.code == 0xC00000CC


def test_wrong_password(settings: ShareSettings) -> None:
    with pytest.raises(AuthenticationError) as caught, HostFiles(evolve(settings, password="wrong")) as files:
        files.check()
    assert caught.value.host == "127.0.0.1"
    assert caught.value.code == 0xC000006D
    assert "wrong" not in repr(evolve(settings, password="wrong"))


def test_nobody_listens(settings: ShareSettings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with (
        pytest.raises(UnreachableError, match="refused") as caught,
        HostFiles(evolve(settings, port=port)) as files,
    ):
        files.check()
    assert caught.value.retryable
    assert caught.value.remedy


@contextmanager
def peer(talk: bytes, *, every_s: float = 0.05) -> Iterator[int]:
    """A peer that sends these bytes one by one and never ends the connection itself."""
    listener = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            for byte in talk:
                if done.wait(every_s):
                    return
                connection.sendall(bytes([byte]))
            done.wait(30)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        done.set()
        listener.close()
        thread.join(5)


@pytest.mark.parametrize(
    "talk",
    [b"", b"\x00\x00\x10\x00" + bytes(4096), b"\x00\x00\x00\x40\xfeSMB"],
    ids=["nothing", "slowly", "the beginning"],
)
def test_a_peer_that_does_not_answer_in_time(settings: ShareSettings, talk: bytes) -> None:
    began = time.monotonic()
    with (
        peer(talk) as port,
        pytest.raises(DeadlineError),
        HostFiles(evolve(settings, port=port, timeout_s=1)) as files,
    ):
        files.check()
    assert time.monotonic() - began < 10


@pytest.mark.parametrize(
    "talk",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00\x00\x00\x48\xfeSMB" + bytes(68), b"\x00\x00\x00\x01x"],
    ids=["http", "zeros", "one byte"],
)
def test_a_peer_that_speaks_something_else(settings: ShareSettings, talk: bytes) -> None:
    with (
        peer(talk, every_s=0.001) as port,
        pytest.raises(ProtocolError),
        HostFiles(evolve(settings, port=port)) as files,
    ):
        files.check()


def test_a_lost_connection_is_made_anew(files: HostFiles, samba: Samba, folder: Path) -> None:
    (folder / "data").write_bytes(b"data")
    path = on_host(folder) / "data"
    assert files.read(path, limit_bytes=10) == b"data"
    samba.drop_connections()
    read_until_connected(files, path)
    assert files.read(path, limit_bytes=10) == b"data"


def read_until_connected(files: HostFiles, path: WindowsPath) -> None:
    """The loss is seen by at most one call; after that there is a new connection."""
    try:
        files.read(path, limit_bytes=10)
    except ConnectionLostError as error:
        if error.outcome_unknown:
            raise


def test_hosts_do_not_share_connections(settings: ShareSettings, folder: Path) -> None:
    with HostFiles(settings) as good, HostFiles(evolve(settings, password="wrong")) as bad:
        assert good.exists(on_host(folder))
        with pytest.raises(AuthenticationError):
            bad.exists(on_host(folder))
        assert good.exists(on_host(folder))


def test_many_threads_use_one_host(files: HostFiles, folder: Path) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for each in range(10):
                files.make_folder(on_host(folder) / f"{number}" / f"{each}")
        except HyperVError as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert sum(1 for _ in folder.glob("*/*")) == 80


def open_descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_no_thread_or_socket_is_left_behind(settings: ShareSettings) -> None:
    before = threading.active_count(), open_descriptors()
    for _ in range(3):
        with HostFiles(settings) as files:
            files.check()
        with pytest.raises(AuthenticationError), HostFiles(evolve(settings, password="no")) as files:
            files.check()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and threading.active_count() > before[0]:
        time.sleep(0.05)
    assert (threading.active_count(), open_descriptors()) == before


def echo(connection: socket.socket) -> None:
    connection.sendall(b"login: ")
    while data := connection.recv(4096):
        connection.sendall(data.upper())


def test_a_pipe_carries_bytes_both_ways(files: HostFiles, samba: Samba) -> None:
    with named_pipe(samba.pipes, "Vm1_rw", echo), files.open_pipe(r"\\.\pipe\Vm1_rw") as pipe:
        assert read_all(pipe, 7) == b"login: "
        began = time.monotonic()
        assert pipe.read(0.3) == b""
        assert 0.2 < time.monotonic() - began < 3
        pipe.write(b"hello")
        assert read_all(pipe, 5) == b"HELLO"
        data = os.urandom(50_000).hex().encode()
        pipe.write(data)
        assert read_all(pipe, len(data)) == data.upper()


def read_all(pipe: Pipe, length: int) -> bytes:
    data, deadline = b"", time.monotonic() + 10
    while len(data) < length and time.monotonic() < deadline:
        data += pipe.read(1)
    return data


def test_reading_a_pipe_does_not_hold_up_writing(files: HostFiles, samba: Samba) -> None:
    with named_pipe(samba.pipes, "both", echo), files.open_pipe("both") as pipe:
        read_all(pipe, 7)
        received: list[bytes] = []
        reader = threading.Thread(target=lambda: received.append(pipe.read(10)))
        reader.start()
        time.sleep(0.2)
        pipe.write(b"x")
        reader.join(5)
    assert received == [b"X"]


def test_closing_a_pipe_ends_its_reader(files: HostFiles, samba: Samba) -> None:
    ends: list[HyperVError] = []

    def read() -> None:
        try:
            pipe.read(30)
        except ConnectionLostError as error:
            ends.append(error)

    with named_pipe(samba.pipes, "closing", echo):
        pipe = files.open_pipe("closing")
        read_all(pipe, 7)
        reader = threading.Thread(target=read)
        reader.start()
        time.sleep(0.2)
        pipe.close()
        reader.join(10)
    assert len(ends) == 1


def test_a_pipe_that_ends(files: HostFiles, samba: Samba) -> None:
    def once(connection: socket.socket) -> None:
        connection.sendall(b"bye")
        connection.recv(1)

    with named_pipe(samba.pipes, "once", once), files.open_pipe("once") as pipe:
        assert read_all(pipe, 3) == b"bye"
        pipe.write(b"x")
        with pytest.raises(ConnectionLostError):
            pipe.read(5)


def test_a_pipe_that_does_not_exist(files: HostFiles) -> None:
    with pytest.raises(NotFoundError) as caught:
        files.open_pipe("absent")
    assert caught.value.target == "absent"
    for name in ("", "..", "a\\b", r"\\server\pipe\x", "a:b", "x" * 300):
        with pytest.raises(InvalidInputError):
            files.open_pipe(name)
