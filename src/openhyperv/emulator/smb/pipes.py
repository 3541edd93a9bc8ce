"""Named pipes of the host that lead to serial ports of its guests, reached through Samba.

As on Windows a pipe exists while its machine runs and has one instance, so that a second client is refused.
(Windows says STATUS_PIPE_NOT_AVAILABLE; Samba can only be made to say STATUS_CONNECTION_DISCONNECTED, see
``npam``.) What the guest sends while nobody is connected is lost.
"""

from __future__ import annotations

import array
import contextlib
import fcntl
import select
import socket
import time
from collections.abc import Callable
from pathlib import Path
from threading import Lock, Thread

from openhyperv.emulator.smb import npam

_CHUNK = 65536
_GREETING_TIMEOUT_S = 5.0
_LAST_WORDS_S = 2.0
_SIOCOUTQ = 0x5411  # linux/sockios.h


class PipeInUse(Exception):  # noqa: N818  # read as a state where it is caught
    """The host has a pipe of that name already."""


class PipeDirectory:
    """The pipes that exist now; ``directory`` is where smbd looks for them."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._pipes: dict[str, Pipe] = {}
        self._lock = Lock()

    def serve(self, name: str, port: socket.socket) -> Pipe:
        """Let clients open ``\\\\.\\pipe\\<name>`` and talk to ``port``; the pipe owns ``port`` from now on.

        :raises PipeInUse: the name is taken, by another guest or by one of Samba's own services
        :raises ValueError: the name cannot be one of a pipe
        """
        key = _file_name(name)
        with self._lock:
            if (self._directory / key).exists():
                raise PipeInUse(f"The host has a named pipe {name} already.")
            pipe = Pipe(self._directory / key, port, on_end=self._forget)
            self._pipes[key] = pipe
        pipe.start()
        return pipe

    def close(self) -> None:
        """End all pipes."""
        with self._lock:
            pipes = list(self._pipes.values())
        for pipe in pipes:
            pipe.close()

    def _forget(self, pipe: Pipe) -> None:
        with self._lock:
            if self._pipes.get(pipe.name) is pipe:  # a successor of the same name may be there already
                del self._pipes[pipe.name]


def _file_name(name: str) -> str:
    """smbd asks for pipes by lower-case name; a backslash within it stays one."""
    if not name or len(name) > 60 or "/" in name or not name.isprintable() or name in (".", ".."):
        raise ValueError(f"Not a name of a pipe: {name!r}.")
    return name.lower()


class Pipe:
    """One pipe instance between smbd's connection, if there is one, and a guest's serial port."""

    def __init__(self, path: Path, port: socket.socket, *, on_end: Callable[[Pipe], None]) -> None:
        """Create the pipe; clients wait until :meth:`start`."""
        self.name = path.name
        self._path = path
        self._port = port
        self._on_end = on_end
        self._client: socket.socket | None = None
        self._to_client = b""
        self._to_guest = b""
        self._wake, self._waker = socket.socketpair()
        self._listener = self._listen()
        self._port.setblocking(False)
        self._thread = Thread(target=self._run, name=f"pipe {path.name}", daemon=True)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def close(self) -> None:
        """Remove the pipe and hang up on its client; returns when it is gone.

        A guest that has just ended may have said something that is still on its way: that gets a moment.
        """
        self._thread.join(_LAST_WORDS_S if self._guest_has_ended() else 0)
        with contextlib.suppress(OSError):
            self._waker.send(b"x")
        self._thread.join()

    def _guest_has_ended(self) -> bool:
        poll = select.poll()
        with contextlib.suppress(OSError, ValueError):  # the pipe may end and close its port at any time
            poll.register(self._port, 0)
            return bool(poll.poll(0))
        return False

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self._path))
        listener.listen(4)
        return listener

    def _run(self) -> None:
        try:
            while self._turn():
                pass
        finally:
            self._end()

    def _turn(self) -> bool:
        """Wait for something to do and do it; False when the guest is gone or the pipe was closed."""
        ready = self._wait()
        if self._wake.fileno() in ready:
            return False
        if self._client is not None and self._client.fileno() in ready:
            self._serve_client(self._client)  # first, as it may have left to come back
        if self._listener.fileno() in ready:
            self._accept()
        return self._port.fileno() not in ready or self._serve_guest()

    def _wait(self) -> set[int]:
        """Each side is read only while what it said before has been passed on."""
        wanted = {self._wake: select.POLLIN, self._listener: select.POLLIN}
        wanted[self._port] = _interest(incoming=not self._to_client, outgoing=bool(self._to_guest))
        if self._client is not None:
            wanted[self._client] = _interest(incoming=not self._to_guest, outgoing=bool(self._to_client))
        poll = select.poll()
        for end, interest in wanted.items():
            if interest:  # poll would report a hang-up in any case, again and again
                poll.register(end, interest)
        return {number for number, _ in poll.poll()}

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        if _welcome(client, is_free=self._client is None):
            client.setblocking(False)
            self._client = client
        else:
            client.close()

    def _serve_client(self, client: socket.socket) -> None:
        try:
            self._to_client = self._to_client[_send(client, self._to_client) :]
            if not self._to_guest:
                self._to_guest = _receive(client)
        except OSError:
            self._hang_up(client)

    def _serve_guest(self) -> bool:
        try:
            self._to_guest = self._to_guest[_send(self._port, self._to_guest) :]
            if not self._to_client:
                said = _receive(self._port)
                # UNVERIFIED: vmwp drops what the guest sends while no client has the pipe open
                self._to_client = said if self._client is not None else b""
        except OSError:
            return False
        return True

    def _hang_up(self, client: socket.socket) -> None:
        client.close()
        self._client = None
        self._to_client = b""

    def _end(self) -> None:
        self._path.unlink(missing_ok=True)
        if self._client is not None:
            _linger(self._client)
        for end in (self._listener, self._client, self._port, self._wake, self._waker):
            if end is not None:
                end.close()
        self._on_end(self)


def _welcome(client: socket.socket, *, is_free: bool) -> bool:
    client.settimeout(_GREETING_TIMEOUT_S)
    try:
        level = npam.read_question(client)
        if is_free:
            client.sendall(npam.encode_answer(level))
    except (npam.NpamError, OSError):
        return False
    return is_free


def _linger(client: socket.socket) -> None:
    """Wait until smbd has taken what was sent: it forgets the rest when it is hung up on."""
    unread = array.array("i", [0])
    deadline = time.monotonic() + _LAST_WORDS_S
    while time.monotonic() < deadline:
        fcntl.ioctl(client, _SIOCOUTQ, unread)
        if not unread[0]:
            return
        time.sleep(0.01)


def _interest(*, incoming: bool, outgoing: bool) -> int:
    return (select.POLLIN if incoming else 0) | (select.POLLOUT if outgoing else 0)


def _send(peer: socket.socket, data: bytes) -> int:
    """How many bytes it took; 0 when it can take none now."""
    try:
        return peer.send(data) if data else 0
    except BlockingIOError:
        return 0


def _receive(peer: socket.socket) -> bytes:
    """What has arrived, maybe nothing.

    :raises OSError: the peer has hung up
    """
    try:
        data = peer.recv(_CHUNK)
    except BlockingIOError:
        return b""
    if not data:
        raise ConnectionResetError("The peer has hung up.")
    return data
