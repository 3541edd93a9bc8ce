"""Named pipes through a real Samba, with one end of a socket pair as the guest's serial port."""

from __future__ import annotations

import array
import fcntl
import socket
import time
from collections.abc import Iterator

import pytest
import smbclient

from openhyperv.emulator.smb.pipes import PipeDirectory, PipeInUse
from openhyperv.emulator.smb.samba import Samba

NAME_NOT_FOUND = 0xC0000034
SIOCOUTQ = 0x5411


@pytest.fixture
def pipes(samba: Samba) -> Iterator[PipeDirectory]:
    directory = PipeDirectory(samba.pipe_directory)
    yield directory
    directory.close()


@pytest.fixture
def guest(pipes: PipeDirectory) -> Iterator[socket.socket]:
    """The guest's side of the port behind the pipe ``VM1-com1``."""
    ours, theirs = socket.socketpair()
    ours.settimeout(20)
    pipes.serve("VM1-com1", theirs)
    with ours:
        yield ours


class Client:
    """A client of a pipe: smbprotocol, unbuffered."""

    def __init__(self, samba: Samba, name: str) -> None:
        options = {"buffering": 0, "file_type": "pipe", "share_access": "rw", "port": samba.port}
        self._file = smbclient.open_file(rf"\\127.0.0.1\IPC$\{name}", mode="r+b", **options)

    def send(self, data: bytes) -> None:
        self._file.write(data)

    def receive(self) -> bytes:
        return bytes(self._file.fd.read(0, 4096))

    def close(self) -> None:
        self._file.close()


@pytest.mark.usefixtures("share")
def test_bytes_go_both_ways_and_names_have_no_case(samba: Samba, guest: socket.socket) -> None:
    client = Client(samba, "vm1-COM1")
    client.send(b"ls\n")
    assert guest.recv(100) == b"ls\n"
    guest.sendall(b"bin dev\n")
    assert client.receive() == b"bin dev\n"
    client.close()


@pytest.mark.usefixtures("share")
def test_much_data_arrives_whole(samba: Samba, guest: socket.socket) -> None:
    client = Client(samba, "vm1-com1")
    sent = bytes(range(256)) * 400
    guest.sendall(sent)
    received = bytearray()
    while len(received) < len(sent):
        received += client.receive()
    assert received == sent
    client.close()


@pytest.mark.usefixtures("share")
def test_a_second_client_is_refused_until_the_first_leaves(samba: Samba, guest: socket.socket) -> None:
    first = Client(samba, "vm1-com1")
    with pytest.raises(OSError, match="0xc000020c"):
        Client(samba, "vm1-com1")
    first.close()
    second = Client(samba, "vm1-com1")
    second.send(b"x")
    assert guest.recv(10) == b"x"
    second.close()


@pytest.mark.usefixtures("share")
def test_what_nobody_listens_to_is_lost(samba: Samba, guest: socket.socket) -> None:
    guest.sendall(b"lost")
    _until_taken(guest)
    client = Client(samba, "vm1-com1")
    guest.sendall(b"heard")
    assert client.receive() == b"heard"
    client.close()


@pytest.mark.usefixtures("share")
def test_the_last_words_of_a_guest_arrive_and_then_the_pipe_is_gone(
    samba: Samba, guest: socket.socket
) -> None:
    client = Client(samba, "vm1-com1")
    guest.sendall(b"Power down\n")
    guest.close()
    assert client.receive() == b"Power down\n"
    with pytest.raises(Exception, match="STATUS_PIPE_DISCONNECTED"):
        client.receive()
    with pytest.raises(OSError) as caught:  # noqa: PT011  # the NT status says which
        Client(samba, "vm1-com1")
    assert getattr(caught.value, "ntstatus") == NAME_NOT_FOUND  # noqa: B009


def test_two_guests_cannot_have_one_pipe(pipes: PipeDirectory, guest: socket.socket) -> None:
    assert guest.fileno() >= 0
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(PipeInUse):
        pipes.serve("vm1-COM1", theirs)


@pytest.mark.parametrize("name", ["", "a/b", "..", "x" * 61, "a\x00b"])
def test_names_that_lead_elsewhere_are_refused(pipes: PipeDirectory, name: str) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(ValueError, match="name of a pipe"):
        pipes.serve(name, theirs)


def _until_taken(port: socket.socket) -> None:
    """Wait until the pipe has read everything: nothing is left in the socket's buffer."""
    outstanding = array.array("i", [1])
    deadline = time.monotonic() + 20
    while outstanding[0]:
        assert time.monotonic() < deadline
        fcntl.ioctl(port, SIOCOUTQ, outstanding)
        time.sleep(0.01)
