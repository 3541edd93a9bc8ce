"""Copies of virtual hard disks in an export's folder, parents included and linked to each other."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from attrs import define, field

from openhyperv.emulator.disks.adopting import set_parent
from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.cloning import clone_file
from openhyperv.emulator.disks.kinds import DiskSpec, DiskType
from openhyperv.emulator.disks.making import convert
from openhyperv.emulator.host.checkpoints.disks import disk_name
from openhyperv.emulator.host.identities import new_guid
from openhyperv.emulator.host.transfer.layout import ExportLayout


@define(eq=False)
class DiskCopies:
    """One export's disks. ``merges``: a disk with parents becomes one file with the contents of all."""

    layout: ExportLayout
    merges: bool
    made: dict[Path, Path] = field(factory=dict)
    """The copy of each file."""

    def sources(self, windows_paths: Iterable[str]) -> list[Path]:
        """The files of disks and of all their parents.

        :raises DiskError: one of them is missing or damaged
        :raises BadHostPath: a path is none of this host
        """
        disks = [self.layout.files.local(path) for path in windows_paths]
        return list(dict.fromkeys(file for disk in disks for file in self._chain(disk)))

    def take(self, windows_path: str) -> str:
        """Copy a disk; returns the copy's Windows path.

        :raises DiskError: a file is damaged, a copy exists already, or the drive is full
        """
        chain = self._chain(self.layout.files.local(windows_path))
        if self.merges and len(chain) > 1:
            return self.layout.files.windows(self._merge(chain[0]))
        for file, parent in reversed(list(zip(chain, [*chain[1:], None], strict=True))):
            if file not in self.made:
                self._copy(file, parent)
        return self.layout.files.windows(self.made[chain[0]])

    def discard(self) -> None:
        """Delete what was copied."""
        for copy in self.made.values():
            copy.unlink(missing_ok=True)

    def _chain(self, disk: Path) -> list[Path]:
        with Chain.open(disk, self.layout.files.local) as chain:
            return [layer.path for layer in chain.layers]

    def _copy(self, file: Path, parent: Path | None) -> None:
        target = self._free(file.stem, file.suffix)
        clone_file(file, target)
        self.made[file] = target
        if parent is not None:
            known = self.made[parent]
            set_parent(target, known, self.layout.files.local, parent_path=self.layout.files.windows(known))

    def _merge(self, leaf: Path) -> Path:
        with Chain.open(leaf, self.layout.files.local) as chain:
            info = chain.layers[-1].info
        target = self._free(disk_name(leaf.stem), info.path.suffix)
        kind = info.type if info.type is DiskType.FIXED else DiskType.DYNAMIC
        convert(leaf, target, DiskSpec(info.format, kind), self.layout.files.local)
        self.made[leaf] = target
        return target

    def _free(self, stem: str, suffix: str) -> Path:
        """A name in the export's folder that no other disk of the export has."""
        target = self.layout.disk(stem + suffix)
        # UNVERIFIED: how two disks of one name are told apart in an export
        return self.layout.disk(f"{stem}_{new_guid()}{suffix}") if target in self.made.values() else target
