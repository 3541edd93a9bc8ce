"""The read-only base of a running disk: the leaf and its parents as one NBD export.

Behind NBD because QEMU refuses to save a machine's state while it has a VHD or VHDX file open itself, and so
that a guest's QEMU needs no right to open disk files.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from openhyperv.emulator.children import Child, ChildError
from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.kinds import DiskFormat, DiskType
from openhyperv.emulator.disks.layer import Layer
from openhyperv.emulator.disks.unfolding import unfold

Block: TypeAlias = "dict[str, str | int | bool | Block | None]"
"""Arguments of QEMU's -blockdev or blockdev-add."""

_START_S = 30
_POLL_S = 0.005
_QEMU_SECTOR_BYTES = 512


class BaseServer:
    """A qemu-nbd that serves one client and ends by itself when that client goes away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._child: Child | None = None

    @classmethod
    def in_new_folder(cls) -> BaseServer:
        """One that will use a private folder of its own, with a path as short as a socket's must be."""
        return cls(Path(tempfile.mkdtemp(prefix="hvsim-nbd-")))

    def start(self, chain: Chain, unfolded: Sequence[Path]) -> None:
        """Serve the chain; returns once it can be reached.

        ``unfolded`` names a qcow2 file per layer, which is made where QEMU cannot open the layer itself.

        :raises DiskError: IO_DEVICE, qemu-nbd is missing or cannot open the chain
        """
        base = f"json:{json.dumps(_chain_block(chain, unfolded))}"
        argv = ["qemu-nbd", "--read-only", f"--pid-file={self._pid_file}", f"--socket={self.socket}", base]
        try:
            self._child = Child(argv, cwd=self.folder, log=self.folder / "log")
        except ChildError as error:
            raise DiskError(DiskCode.IO_DEVICE, str(error)) from error
        self._wait_until_ready(self._child)

    def _wait_until_ready(self, child: Child) -> None:
        """It writes its process id when it listens."""
        deadline = time.monotonic() + _START_S
        while not self._pid_file.exists():
            if not child.is_running or time.monotonic() > deadline:
                raise DiskError(DiskCode.IO_DEVICE, f"qemu-nbd cannot open it: {child.output().strip()}")
            time.sleep(_POLL_S)

    @property
    def _pid_file(self) -> Path:
        return self.folder / "pid"

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / "nbd"

    def block(self) -> Block:
        """The base as QEMU opens it, once."""
        server: Block = {"type": "unix", "path": str(self.socket)}
        return {"driver": "nbd", "read-only": True, "server": server}

    def stop(self) -> None:
        """End it and remove its folder."""
        if self._child is not None:
            self._child.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _chain_block(chain: Chain, unfolded: Sequence[Path]) -> Block:
    """The layers as QEMU's block nodes, the root innermost."""
    block: Block | None = None
    for layer, path in reversed(list(zip(chain.layers, unfolded, strict=True))):
        block = _layer_block(layer, path, block)
    return block or {}


def _layer_block(layer: Layer, unfolded: Path, backing: Block | None) -> Block:
    info = layer.info
    file: Block = {"driver": "file", "filename": str(layer.path)}
    if info.type is DiskType.DIFFERENCING or info.logical_sector_bytes != _QEMU_SECTOR_BYTES:
        unfold(layer, unfolded)
        return {"driver": "qcow2", "file": file | {"filename": str(unfolded)}, "backing": backing}
    if info.format is DiskFormat.VHDX:
        return {"driver": "vhdx", "file": file}
    if info.type is DiskType.FIXED:
        return {"driver": "raw", "size": info.size_bytes, "file": file}
    return {"driver": "vpc", "force_size_calc": "current_size", "file": file}
