"""The qcow2 file that a running guest writes, and what stands in it."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from openhyperv.emulator.disks.binary import read_exact
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.disks.extents import Extent, Holding, pieces
from openhyperv.emulator.disks.kinds import MIB
from openhyperv.emulator.disks.layer import WritableLayer

_DEADLINE_S = 300


def run_tool(*words: str) -> str:
    """Run one of QEMU's tools; returns what it prints.

    :raises DiskError: IO_DEVICE, it is missing, fails or takes too long
    """
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=_DEADLINE_S)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise DiskError(DiskCode.IO_DEVICE, f"{words[0]} could not run: {error}") from error
    if done.returncode:
        raise DiskError(DiskCode.IO_DEVICE, f"{words[0]}: {done.stderr.strip()}")
    return done.stdout


def make_overlay(path: Path, size_bytes: int) -> None:
    """Make an empty overlay. It names no backing file: whoever opens it says what lies behind."""
    run_tool("qemu-img", "create", "-q", "-f", "qcow2", str(path), str(size_bytes))


def write_back(overlay: Path, target: WritableLayer) -> None:
    """Write every cluster of the overlay into a disk; doing it twice does no harm."""
    descriptor = os.open(overlay, os.O_RDONLY)
    try:
        for extent in _written(overlay):
            end = min(extent.end, target.info.size_bytes)
            part = extent.clipped(0, max(end, extent.start))
            if part.holding is Holding.ZERO:
                target.write_zeros(part.start, part.length)
                continue
            for index, within, length in pieces(0, part.length, MIB):
                done = index * MIB + within
                target.write(part.start + done, read_exact(descriptor, part.file_offset + done, length))
    finally:
        os.close(descriptor)
    target.flush()


def _written(overlay: Path) -> Iterator[Extent]:
    """What the overlay itself holds. QEMU may have it open: then it must have flushed it."""
    alone = {"driver": "qcow2", "backing": None, "file": {"driver": "file", "filename": str(overlay)}}
    text = run_tool("qemu-img", "map", "-U", "--output=json", f"json:{json.dumps(alone)}")
    for run in json.loads(text):
        if run["data"]:
            yield Extent(run["start"], run["length"], Holding.DATA, run["offset"])
        elif run["present"]:
            yield Extent(run["start"], run["length"], Holding.ZERO)
