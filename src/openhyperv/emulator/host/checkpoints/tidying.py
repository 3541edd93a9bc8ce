"""Merging disk files that deleted checkpoints have left, with what grew from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from attrs import define, field

from openhyperv.emulator.disks.adopting import set_parent
from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.errors import DiskError
from openhyperv.emulator.disks.merging import merge
from openhyperv.emulator.host.checkpoints.disks import disk_name, is_leaf_file
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.files import BadHostPath, HostFiles
from openhyperv.emulator.host.jobs.running import JobFailure

Progress = Callable[[int], None]


@define
class Tidying:
    """One round of merging. ``moved`` tells which files now stand for others: old to new Windows path."""

    files: HostFiles
    used: set[str]
    """Windows paths in any configuration of the VM, lower case."""
    moved: dict[str, str] = field(factory=dict)
    left: list[str] = field(factory=list)
    """Files that have to wait: several others grew from them."""

    def tidy(self, unused: Sequence[str], progress: Progress) -> None:
        """Merge each unused file with the one that grew from it, or delete it if none did.

        ``progress`` hears the percentage after each.

        :raises JobFailure: a file is missing or damaged; what was done before stays done
        """
        waiting = list(unused)
        while waiting:
            self.left = []
            for number, path in enumerate(waiting, 1):
                self._try_one(path)
                progress((len(unused) - len(waiting) + number) * 99 // len(unused))
            if len(self.left) == len(waiting):
                return
            waiting = self.left

    def _try_one(self, path: str) -> None:
        try:
            self._tidy_one(path)
        except (DiskError, BadHostPath) as error:
            raise JobFailure(Code.FAILED, f"The disks could not be merged: {error}") from error

    def present(self, windows_path: str) -> str:
        """The file that stands for one now."""
        while (moved := self.moved.get(windows_path.lower())) is not None:
            windows_path = moved
        return windows_path

    def _tidy_one(self, unused: str) -> None:
        path = self.present(unused)
        file = self.files.local(path)
        children = self._children(file, self._own_leaves())
        if len(children) > 1 or any(self._has_strangers(each) for each in (file, *children)):
            self.left.append(path)
        elif children:
            self._merge(path, file, children[0])
        elif is_leaf_file(path) and path.lower() not in self.used:
            file.unlink(missing_ok=True)

    def _merge(self, path: str, file: Path, child: Path) -> None:
        grandchildren = self._children(child, self._own_leaves())
        merge(child, file, self.files.local)
        for grandchild in grandchildren:
            set_parent(grandchild, file, self.files.local, parent_path=path, ignore_id_mismatch=True)
        old = self.files.windows(child).lower()
        child.unlink()
        self.moved[old] = path
        self.used = {path.lower() if used == old else used for used in self.used}

    def _own_leaves(self) -> set[Path]:
        return {self.files.local(used) for used in self.used}

    def _has_strangers(self, file: Path) -> bool:
        """True where a leaf beside the file grew from it that the VM no longer has, its disk taken out."""
        own = self._own_leaves()
        own_files = {layer for leaf in own if leaf.is_file() for layer in self._chain(leaf)}
        strangers = {leaf for leaf in _leaves_beside(file) if leaf not in own_files and leaf != file}
        return bool(self._children(file, strangers))

    def _children(self, parent: Path, leaves: Iterable[Path]) -> list[Path]:
        """The files in the chains of these leaves whose parent is that one."""
        chains = [self._chain(leaf) for leaf in leaves if leaf.is_file()]
        return sorted({child for chain in chains for child, above in pairwise(chain) if above == parent})

    def _chain(self, leaf: Path) -> list[Path]:
        with Chain.open(leaf, self.files.local) as chain:
            return [layer.path for layer in chain.layers]


def _leaves_beside(file: Path) -> Iterator[Path]:
    """The leaves that checkpoints have made of the same disk."""
    stem = disk_name(file.stem)
    return (leaf for leaf in file.parent.glob("*.avhd*") if disk_name(leaf.stem) == stem)
