"""A physical network that adapters of several emulated hosts are on, in any process of this user.

It is a folder of UNIX sockets, one of each adapter. Who comes connects to all who are there, under the
folder's lock: so each two have one connection, nobody is in charge, and whoever goes takes nothing along.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from openhyperv.emulator.network.frame_stream import FrameStream
from openhyperv.emulator.network.loop import Loop
from openhyperv.errors import InvalidInputError

_ENDING = ".sock"
_LOCK = "lock"


_LONGEST_SOCKET_PATH = 107
"""sun_path of unix(7), less the byte that ends it."""
_OWN_NAME_BYTES = len("/0123456789ab/4194304-01234567.sock")


def checked_networks(networks: Path) -> Path:
    """The folder of the physical networks, if sockets below it can have names.

    :raises InvalidInputError: its path is too long
    """
    longest = _LONGEST_SOCKET_PATH - _OWN_NAME_BYTES
    if len(os.fsencode(networks)) > longest:
        raise InvalidInputError(
            f"The folder of the physical networks may have a path of {longest} characters: {networks}."
        )
    return networks


def segment_directory(networks: Path, name: str) -> Path:
    """The folder of the physical network of that name; names of sockets have to be short."""
    return networks / hashlib.sha256(name.encode()).hexdigest()[:12]


class Segment:
    """One adapter on a physical network: what it sends reaches all others. Use it under the loop's lock."""

    def __init__(self, directory: Path, loop: Loop, on_frame: Callable[[bytes], float]) -> None:
        """Join.

        :raises OSError: the folder cannot be used
        """
        self._loop = loop
        self._on_frame = on_frame
        self._peers: list[FrameStream] = []
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._own = directory / f"{os.getpid()}-{secrets.token_hex(4)}{_ENDING}"
        self._listener = socket.socket(socket.AF_UNIX)
        try:
            with _alone_in(directory):
                self._join(directory)
        except OSError:
            self._listener.close()
            raise
        loop.add(self)

    def _join(self, directory: Path) -> None:
        others = [path for path in directory.iterdir() if path.suffix == _ENDING]
        self._listener.bind(str(self._own))
        self._listener.listen(128)
        self._listener.setblocking(False)
        for path in others:
            self._connect(path)

    def fileno(self) -> int:
        """The descriptor of the listening socket."""
        return self._listener.fileno()

    def send(self, data: bytes) -> bool:
        """Send a frame to every other adapter; who takes none loses it, as on any network."""
        for peer in self._peers:
            peer.send(data)
        return True

    def ready(self, *, has_ended: bool) -> None:  # noqa: ARG002  # a listening socket has no other end
        """Somebody has come."""
        with contextlib.suppress(BlockingIOError):
            connection, _ = self._listener.accept()
            self._take_in(connection)

    def flush(self) -> None:
        """Nothing is written to a listening socket."""

    def leave(self) -> None:
        """Be on the network no longer."""
        self._loop.remove(self)
        self._listener.close()
        self._own.unlink(missing_ok=True)
        for peer in list(self._peers):
            peer.close()

    def _connect(self, path: Path) -> None:
        """Meet one that was there before; a socket that nobody listens to was left by a process that died."""
        end = socket.socket(socket.AF_UNIX)
        try:
            end.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            end.close()
            path.unlink(missing_ok=True)
        else:
            self._take_in(end)

    def _take_in(self, end: socket.socket) -> None:
        peer = FrameStream(end, self._loop, self._on_frame, lambda: self._peers.remove(peer))
        self._peers.append(peer)


@contextmanager
def _alone_in(directory: Path) -> Iterator[None]:
    lock = os.open(directory / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
