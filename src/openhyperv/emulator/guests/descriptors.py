"""Open files for a QEMU that may open none by itself: it runs as nobody, and disks lie where only we can go.

QEMU calls a set of descriptors ``/dev/fdset/<n>`` and opens it like a file. Before it runs, it inherits
descriptors; afterwards they are sent over the monitor.
"""

from __future__ import annotations

import itertools
import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from openhyperv.emulator.guests.monitor import Monitor

FDSET = "/dev/fdset/"


class Descriptors(Protocol):
    """A way to give QEMU something open; both return the name under which QEMU finds it."""

    def file(self, path: Path, *, writable: bool) -> str:
        """A file; raises OSError when we cannot open it either."""
        ...

    def connection(self, path: Path) -> str:
        """A connection to a UNIX socket."""
        ...


class Inherited:
    """Descriptors for the command line of a QEMU about to start; ours are closed once it has them."""

    def __init__(self) -> None:
        self.options: list[str] = []
        """Words for the command line."""
        self._open: list[int] = []
        self._sets = itertools.count(1)

    @property
    def numbers(self) -> Sequence[int]:
        """The descriptors that the child must inherit."""
        return self._open

    def adopt(self, end: socket.socket) -> str:
        """A socket, which belongs to QEMU from now on."""
        self._open.append(end.detach())
        return str(self._open[-1])

    def file(self, path: Path, *, writable: bool) -> str:
        """See :class:`Descriptors`."""
        number = next(self._sets)
        for flags in _modes(writable=writable):
            self._open.append(os.open(path, flags | os.O_CLOEXEC))
            self.options += ["-add-fd", f"fd={self._open[-1]},set={number}"]
        return f"{FDSET}{number}"

    def connection(self, path: Path) -> str:
        """See :class:`Descriptors`."""
        return self.adopt(_connect(path))

    def close(self) -> None:
        """Close our copies."""
        for number in self._open:
            os.close(number)
        self._open.clear()


class Sent:
    """Descriptors sent to a running QEMU."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._names = itertools.count(1)

    def file(self, path: Path, *, writable: bool) -> str:
        """See :class:`Descriptors`."""
        number: int | None = None
        for flags in _modes(writable=writable):
            number = self._add(os.open(path, flags | os.O_CLOEXEC), number)
        return f"{FDSET}{number}"

    def writer(self, target: int) -> str:
        """A file that we have open ourselves, for QEMU to write."""
        return f"{FDSET}{self._add(os.open(f'/proc/self/fd/{target}', os.O_WRONLY | os.O_CLOEXEC), None)}"

    def connection(self, path: Path) -> str:
        """See :class:`Descriptors`."""
        return self.named(_connect(path).detach())

    def named(self, descriptor: int) -> str:
        """A descriptor under a new name; our copy is closed."""
        name = f"sent-{next(self._names)}"
        try:
            self._monitor.execute_with_file(descriptor, "getfd", fdname=name)
        finally:
            os.close(descriptor)
        return name

    def number(self, descriptor: int) -> str:
        """A descriptor by its number inside QEMU, for threads that know no names; our copy is closed.

        It belongs to whatever uses it. Its set must never be removed: that would close the number again,
        which is another file's by then.
        """
        return str(self._added(descriptor, {})["fd"])

    def forget(self, names: Sequence[str]) -> None:
        """Let QEMU close sets that nothing uses any more."""
        for name in names:
            self._monitor.execute("remove-fd", fdset_id=int(name.removeprefix(FDSET)))

    def _add(self, descriptor: int, number: int | None) -> int:
        into = {} if number is None else {"fdset_id": number}
        return int(self._added(descriptor, into)["fdset-id"])

    def _added(self, descriptor: int, into: Mapping[str, int]) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = self._monitor.execute_with_file(descriptor, "add-fd", **into)
        finally:
            os.close(descriptor)
        return answer


def _modes(*, writable: bool) -> Iterator[int]:
    """QEMU takes a descriptor of exactly the mode it wants, and turns writers into readers at checkpoints."""
    if writable:
        yield os.O_RDWR
    yield os.O_RDONLY


def _connect(path: Path) -> socket.socket:
    end = socket.socket(socket.AF_UNIX)
    try:
        end.connect(str(path))
    except OSError:
        end.close()
        raise
    return end


def opened(block: Mapping[str, Any], descriptors: Descriptors, *, writable: bool = True) -> dict[str, Any]:
    """A ``-blockdev`` tree in which every file and UNIX socket is one that QEMU already has.

    :raises OSError: one cannot be opened
    """
    writable = writable and not block.get("read-only", False)
    result = dict(block)
    for name, value in block.items():
        if isinstance(value, Mapping) and "driver" in value:
            result[name] = opened(value, descriptors, writable=writable)
    if block.get("driver") == "file":
        result["filename"] = descriptors.file(Path(block["filename"]), writable=writable)
    server = block.get("server")
    if isinstance(server, Mapping) and server.get("type") == "unix":
        result["server"] = {"type": "fd", "str": descriptors.connection(Path(server["path"]))}
    return result


def set_names(block: Mapping[str, Any]) -> Iterator[str]:
    """The descriptor sets that an opened tree uses."""
    filename = block.get("filename")
    if isinstance(filename, str) and filename.startswith(FDSET):
        yield filename
    for value in block.values():
        if isinstance(value, Mapping):
            yield from set_names(value)
