"""The archive format of a Linux initramfs, ``newc`` (kernel: driver-api/early-userspace/buffer-format)."""

from __future__ import annotations

import stat
from collections.abc import Iterable

from attrs import frozen


@frozen
class Entry:
    """A file, directory, link or device node; ``data`` is a link's target."""

    name: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)

    @classmethod
    def directory(cls, name: str) -> Entry:
        """A directory everyone can read."""
        return cls(name, stat.S_IFDIR | 0o755)

    @classmethod
    def program(cls, name: str, data: bytes) -> Entry:
        """An executable file."""
        return cls(name, stat.S_IFREG | 0o755, data)

    @classmethod
    def file(cls, name: str, data: bytes) -> Entry:
        """A plain file."""
        return cls(name, stat.S_IFREG | 0o644, data)

    @classmethod
    def link(cls, name: str, target: str) -> Entry:
        """A symbolic link."""
        return cls(name, stat.S_IFLNK | 0o777, target.encode())

    @classmethod
    def character_device(cls, name: str, major: int, minor: int) -> Entry:
        """A device node, which no privilege is needed to archive."""
        return cls(name, stat.S_IFCHR | 0o600, device=(major, minor))


def archive(entries: Iterable[Entry]) -> bytes:
    """The archive of these entries; parents must come before their children."""
    numbered = enumerate([*entries, Entry("TRAILER!!!", 0)], start=1)
    return b"".join(_record(inode, entry) for inode, entry in numbered)


def _record(inode: int, entry: Entry) -> bytes:
    name = entry.name.encode() + b"\0"
    # inode, mode, uid, gid, links, mtime, size, file system's device (2), node's device (2), name, checksum
    numbers = (inode, entry.mode, 0, 0, 1, 0, len(entry.data), 0, 0, *entry.device, len(name), 0)
    header = b"070701" + b"".join(b"%08X" % number for number in numbers)
    return _padded(header + name) + _padded(entry.data)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
