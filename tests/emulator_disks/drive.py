"""A folder as drive C:, and disks whose contents are known byte for byte."""

from __future__ import annotations

import random
from contextlib import closing
from pathlib import Path

from attrs import define, field, frozen

from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.kinds import MIB, DiskFormat, DiskSpec, DiskType
from openhyperv.emulator.disks.layer import open_writable
from openhyperv.emulator.disks.making import create

DISK_BYTES = 9 * MIB + 12288
"""Small, but of several blocks, and not of whole ones."""


@frozen
class Drive:
    """What the host shows as ``C:\\``."""

    root: Path

    def resolve(self, text: str) -> Path:
        """Windows path to local file; refuses what is not on C: or would leave it."""
        if not text.upper().startswith("C:\\") or ".." in text:
            raise ValueError(text)
        return self.root / text[3:].replace("\\", "/")

    def read(self, path: Path) -> bytes:
        """The whole disk as its guest sees it."""
        with Chain.open(path, self.resolve) as chain:
            return chain.read(0, chain.size_bytes)


@frozen
class Kind:
    """A combination of properties to test with."""

    format: DiskFormat
    type: DiskType
    sector_bytes: int = 512

    @property
    def suffix(self) -> str:
        return self.format.name.lower()

    def __str__(self) -> str:
        return f"{self.format.name}-{self.type.name}-{self.sector_bytes}".lower()


ROOTS = [
    Kind(DiskFormat.VHD, DiskType.FIXED),
    Kind(DiskFormat.VHD, DiskType.DYNAMIC),
    Kind(DiskFormat.VHDX, DiskType.FIXED),
    Kind(DiskFormat.VHDX, DiskType.DYNAMIC),
    Kind(DiskFormat.VHDX, DiskType.DYNAMIC, 4096),
]
"""Every kind of disk without a parent."""


@define
class KnownDisk:
    """A disk and what must be in it. ``grain_bytes``: everything is written in multiples of it."""

    path: Path
    kind: Kind
    contents: bytearray
    grain_bytes: int
    parents: list[Path] = field(factory=list)

    @classmethod
    def make(cls, path: Path, kind: Kind, size_bytes: int = DISK_BYTES, grain_bytes: int = 0) -> KnownDisk:
        """A new disk of zeros, with blocks as small as can be."""
        block = MIB if kind.format is DiskFormat.VHDX else 0
        create(
            path,
            DiskSpec(kind.format, kind.type, size_bytes, block, logical_sector_bytes=kind.sector_bytes),
        )
        return cls(path, kind, bytearray(size_bytes), grain_bytes or kind.sector_bytes)

    def child(self, name: str) -> KnownDisk:
        """A new differencing disk on top."""
        path = self.path.with_name(f"{name}.{self.kind.suffix}")
        parent_path = f"C:\\{self.path.name}"
        spec = DiskSpec(self.kind.format, DiskType.DIFFERENCING, parent=self.path, parent_path=parent_path)
        create(path, spec)
        kind = Kind(self.kind.format, DiskType.DIFFERENCING, self.kind.sector_bytes)
        parents = [self.path, *self.parents]
        return KnownDisk(path, kind, bytearray(self.contents), self.grain_bytes, parents)

    def scribble(self, seed: int, strokes: int = 12, *, erases: bool = True) -> KnownDisk:
        """Write random data, and zeros unless told otherwise, in random places."""
        chance = random.Random(seed)  # noqa: S311 - test data
        with closing(open_writable(self.path)) as file:
            for _ in range(strokes):
                start, length = self._place(chance)
                if erases and chance.random() < 0.3:
                    self.contents[start : start + length] = bytes(length)
                    file.write_zeros(start, length)
                else:
                    data = chance.randbytes(length)
                    self.contents[start : start + length] = data
                    file.write(start, data)
            file.flush()
        return self

    def erase(self, start: int, length: int) -> None:
        """Write zeros."""
        with closing(open_writable(self.path)) as file:
            file.write_zeros(start, length)
            file.flush()
        self.contents[start : start + length] = bytes(length)

    def _place(self, chance: random.Random) -> tuple[int, int]:
        grain = self.grain_bytes
        length = chance.choice([grain, 3 * grain, 70 * grain, 3 * MIB]) // grain * grain
        start = chance.randrange(len(self.contents) // grain) * grain
        return start, min(length, len(self.contents) // grain * grain - start)
