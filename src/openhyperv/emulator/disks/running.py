"""A disk under a running guest: a qcow2 overlay on its VHD/VHDX file, folded back at power-off.

On Hyper-V the leaf of a running machine is locked, so nobody may look at the file while the guest writes.
Here the guest writes into a private overlay whose read-only base is the leaf itself. Folding writes the
overlay's clusters into the leaf in place. The overlay is the redo log of that: it stays until the leaf is
complete, so an interrupted fold is simply done again (:func:`recover`).
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from attrs import evolve

from openhyperv.emulator.disks.base_server import BaseServer, Block
from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.errors import DiskCode, DiskError, disk_errors
from openhyperv.emulator.disks.inspecting import inspect
from openhyperv.emulator.disks.kinds import DiskFormat
from openhyperv.emulator.disks.layer import open_writable
from openhyperv.emulator.disks.overlays import make_overlay, write_back
from openhyperv.emulator.disks.paths import Resolve
from openhyperv.emulator.disks.resizing import resize
from openhyperv.emulator.disks.run_record import Layover, RunRecord, read_records
from openhyperv.emulator.disks.vhdx.writing import WritableVhdx

__all__ = ["Resolve", "RunningDisk", "recover"]


class RunningDisk:
    """One disk of one running guest. Not thread-safe; every method blocks and raises DiskError."""

    def __init__(self, record: RunRecord, server: BaseServer, resolve: Resolve) -> None:
        self._record = record
        self._server = server
        self._resolve = resolve
        self._branch: Path | None = None

    @classmethod
    def open(
        cls, leaf: Path, state_dir: Path, name: str, resolve: Resolve, *, read_only: bool = False
    ) -> RunningDisk:
        """Prepare to run on ``leaf``. ``name``, a file name stem, is unique among the disks in ``state_dir``.

        Leftovers of an interrupted run of that name are folded first. The base is served to one client:
        connect once; the server ends when that connection does. Children made from the leaf earlier no
        longer match it unless ``read_only`` says that the guest cannot write.
        """
        with disk_errors():
            _finish_leftover(state_dir, name)
            with Chain.open(leaf, resolve) as chain:
                server = BaseServer.in_new_folder()
                record = _new_record(state_dir, name, server, chain)
                try:
                    record.save()
                    make_overlay(record.layovers[0].overlay, chain.size_bytes)
                    server.start(chain, record.unfolded)
                    if not read_only:
                        _stamp(leaf)
                except BaseException:
                    server.stop()
                    record.erase()
                    raise
        return cls(record, server, resolve)

    @property
    def leaf(self) -> Path:
        """The file that gets the guest's writes at the next fold."""
        return self._current.leaf

    @property
    def _current(self) -> Layover:
        return self._record.layovers[-2 if self._branch else -1]

    def blockdev(self, node_name: str) -> Block:
        """The whole tree, overlay and base, for ``-blockdev`` or ``blockdev-add``."""
        return _overlay_block(self._current.overlay, node_name, self._server.block())

    def branch(self, new_leaf: Path, node_name: str) -> Block:
        """Online checkpoint, step 1: an overlay for ``new_leaf``, an existing differencing child of the leaf.

        Give the result to ``blockdev-add``, then take QEMU's ``blockdev-snapshot`` with it as overlay.
        """
        with disk_errors():
            overlay = _overlay_path(self._record.folder, self._record.name, len(self._record.layovers))
            make_overlay(overlay, inspect(new_leaf).size_bytes)
            self._record = self._record.with_layover(Layover(overlay, new_leaf))
            self._record.save()
        self._branch = new_leaf
        return _overlay_block(overlay, node_name, None)

    def switch_leaf(self, new_leaf: Path) -> None:
        """Online checkpoint, step 2, after QEMU's snapshot: later writes belong to ``new_leaf``.

        The frozen leaf is folded: complete and readable when this returns.
        """
        if new_leaf != self._branch:
            raise DiskError(DiskCode.INVALID_PARAMETER, f"No branch to {new_leaf.name} was made")
        self._branch = None
        with disk_errors():
            self._record = _folded(self._record, len(self._record.layovers) - 1)

    def abandon_branch(self) -> None:
        """QEMU refused the snapshot and has let go of the branch's node: forget step 1."""
        if self._branch is None:
            return
        with disk_errors():
            self._record.layovers[-1].overlay.unlink(missing_ok=True)
            self._record = evolve(self._record, layovers=self._record.layovers[:-1])
            self._record.save()
        self._branch = None

    def resize(self, size_bytes: int) -> None:
        """Grow the leaf, before QEMU's ``block_resize`` of the top node.

        :raises DiskError: NOT_SUPPORTED, a VHD, or a smaller size: these must be at rest
        """
        info = inspect(self.leaf)
        if info.format is DiskFormat.VHD or size_bytes < info.size_bytes:
            raise DiskError(DiskCode.NOT_SUPPORTED, "Only a VHDX can grow while its machine runs")
        resize(self.leaf, size_bytes, self._resolve)

    def fold(self) -> None:
        """QEMU has ended or let go of the disk: write everything into the files, delete what was needed to
        run. Calling it again does nothing."""
        self._server.stop()
        with disk_errors():
            _finish(self._record)


def recover(state_dir: Path) -> list[Path]:
    """After a crash: fold what is left in ``state_dir``; returns the leaves made whole.

    Call it when no QEMU of that machine lives, before anything reads its disks.
    """
    leaves = []
    with disk_errors():
        for record in read_records(state_dir):
            BaseServer(record.server_folder).stop()
            _finish(record)
            leaves += [each.leaf for each in record.layovers]
    return leaves


def _new_record(folder: Path, name: str, server: BaseServer, chain: Chain) -> RunRecord:
    unfolded = tuple(folder / f"{name}.base{level}.qcow2" for level in range(len(chain.layers)))
    first = Layover(_overlay_path(folder, name, 0), chain.layers[0].path)
    return RunRecord(folder, name, server.folder, unfolded, (first,))


def _overlay_path(folder: Path, name: str, number: int) -> Path:
    return folder / f"{name}.{number}.qcow2"


def _finish_leftover(state_dir: Path, name: str) -> None:
    for record in read_records(state_dir):
        if record.name == name:
            BaseServer(record.server_folder).stop()
            _finish(record)


def _finish(record: RunRecord) -> None:
    if record.exists:
        _folded(record, len(record.layovers)).erase()


def _folded(record: RunRecord, count: int) -> RunRecord:
    """Fold the first overlays, the oldest first, and note each that is done."""
    for index, each in enumerate(record.layovers[:count]):
        if each.is_folded or not each.overlay.exists():
            continue
        with closing(open_writable(each.leaf)) as target:
            write_back(each.overlay, target)
        record = record.with_folded(index)
        record.save()
    return record


def _overlay_block(overlay: Path, node_name: str, backing: Block | None) -> Block:
    file: Block = {"driver": "file", "filename": str(overlay)}
    return {"driver": "qcow2", "node-name": node_name, "discard": "unmap", "file": file, "backing": backing}


def _stamp(leaf: Path) -> None:
    """Say now that a VHDX's contents change: children made while the guest runs then match it."""
    with closing(open_writable(leaf)) as file:
        if isinstance(file, WritableVhdx):
            file.stamp()
