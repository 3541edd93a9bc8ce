"""New differencing leaves for the disks of a virtual machine, which freeze what was there before."""

from __future__ import annotations

import ntpath
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen

from openhyperv.emulator.disks.errors import DiskError
from openhyperv.emulator.disks.inspecting import inspect
from openhyperv.emulator.disks.kinds import DiskFormat, DiskSpec, DiskType
from openhyperv.emulator.disks.making import create
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.files import BadHostPath, HostFiles
from openhyperv.emulator.host.identities import new_guid
from openhyperv.emulator.host.jobs.running import JobFailure
from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.settings import Resource

_OWN_SUFFIX = re.compile(r"_[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}$", re.IGNORECASE)


def disks_of(configuration: Configuration) -> Iterator[Resource]:
    """The settings of a configuration's virtual hard disks, those on pass-through drives excepted."""
    return (resource for resource in configuration.resources() if resource.kind is resources.HARD_DISK)


def file_of(disk: Resource) -> str:
    """The Windows path of a disk's file."""
    return (disk.texts("HostResource") or [""])[0]


@frozen
class Leaf:
    """A new differencing file for the disk with that tail; its parent is what the disk's file was."""

    tail: str
    parent: Path
    file: Path
    windows_path: str


def make_leaves(configuration: Configuration, files: HostFiles) -> list[Leaf]:
    """A new leaf for each disk of a configuration, all or none.

    :raises JobFailure: a disk's file is missing or damaged, or the drive is full
    """
    leaves: list[Leaf] = []
    try:
        leaves.extend(_make_leaf(disk, files) for disk in disks_of(configuration))
    except (DiskError, BadHostPath) as error:
        remove_leaves(leaves)
        raise JobFailure(Code.FAILED, f"The checkpoint's disks could not be created: {error}") from error
    return leaves


def _make_leaf(disk: Resource, files: HostFiles) -> Leaf:
    parent_path = file_of(disk)
    parent = files.local(parent_path)
    info = inspect(parent)
    suffix = "avhdx" if info.format is DiskFormat.VHDX else "avhd"
    folder, name = ntpath.split(files.windows(parent))
    stem = disk_name(ntpath.splitext(name)[0])
    windows_path = ntpath.join(folder, f"{stem}_{new_guid()}.{suffix}")
    file = files.local(windows_path)
    spec = DiskSpec(info.format, DiskType.DIFFERENCING, parent=parent, parent_path=parent_path)
    create(file, spec)
    return Leaf(disk.tail, parent, file, windows_path)


def disk_name(stem: str) -> str:
    """What a disk was called before checkpoints gave its leaves names of their own."""
    return _OWN_SUFFIX.sub("", stem)


def remove_leaves(leaves: Sequence[Leaf]) -> None:
    """Take back new leaves that nothing was written to."""
    for leaf in leaves:
        leaf.file.unlink(missing_ok=True)


def is_leaf_file(windows_path: str) -> bool:
    """True for a file that checkpoints made, which nobody else uses."""
    return ntpath.splitext(windows_path)[1].lower() in (".avhdx", ".avhd")
