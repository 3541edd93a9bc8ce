"""Disk files on the host, made and changed by its image management service; nothing is copied through us."""

from __future__ import annotations

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, MethodError, ProtocolError, UnsupportedError
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks import disk_files
from openhyperv.hyperv.disks.disk_files import (
    CompactMode,
    DiskFileState,
    DiskType,
    VirtualDisk,
    read_disk,
    read_state,
)
from openhyperv.hyperv.names import IMAGE_SERVICE, STORAGE_SETTINGS
from openhyperv.hyperv.values import text, texts
from openhyperv.machine.drives import DiskFormat
from openhyperv.wire.cimxml import instance_from_text, instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.invocation import Output
from openhyperv.wire.types import Value
from openhyperv.wire.wql import select

_LONGEST_CHAIN = 1000
"""Far more than Hyper-V opens: a chain that has not ended by then never does."""


class VirtualDisks:
    """The disk files of one host; ``job_timeout_s`` is how long each operation may take.

    :raises NotFoundError: from every method, there is no such file
    :raises JobError: the host tried and failed: the file is damaged, in use, or has no room
    """

    def __init__(self, session: Session, files: HostFiles, *, job_timeout_s: float = 600.0) -> None:
        self._session = session
        self._files = files
        self._job_timeout_s = job_timeout_s

    def inspect(self, path: str) -> VirtualDisk:
        """What the host says of a file."""
        output = self._run(path, "GetVirtualHardDiskSettingData", {"Path": path})
        return read_disk(self._read(output, "SettingData"))

    def state(self, path: str) -> DiskFileState:
        """How a file stands: its size on the host, and whether somebody has it open."""
        return read_state(self._read(self._run(path, "GetVirtualHardDiskState", {"Path": path}), "State"))

    def chain(self, path: str) -> list[VirtualDisk]:
        """A disk and what it builds on: the file first, then its parents; one request for each.

        :raises ProtocolError: the chain comes back to itself
        """
        found = [self.inspect(path)]
        while found[-1].parent:
            if len(found) == _LONGEST_CHAIN:
                raise ProtocolError("The chain of parents does not end.", target=path)
            found.append(self.inspect(found[-1].parent))
        return found

    def create(
        self,
        path: str,
        *,
        size_bytes: int | None = None,
        parent: str | None = None,
        is_fixed: bool = False,
        block_bytes: int = 0,
        on_progress: JobProgress | None = None,
    ) -> None:
        """Create a disk in the format that its name tells: dynamic, fixed, or differencing with a parent.

        A differencing disk may be larger than its parent, in VHDX format. ``block_bytes`` 0 takes the host's
        default.

        :raises InvalidInputError: a size or parent is missing, or does not go with the rest
        :raises BrokenRuleError: no disk of that format has that size
        """
        disk_type = DiskType.FIXED if is_fixed else DiskType.DYNAMIC
        disk_type = DiskType.DIFFERENCING if parent is not None else disk_type
        settings = disk_files.new_disk(
            path, disk_type, size_bytes=size_bytes, parent=parent, block_bytes=block_bytes
        )
        arguments: dict[str, Value] = {"VirtualDiskSettingData": self._text(settings)}
        self._run(path, "CreateVirtualHardDisk", arguments, on_progress)

    def convert(
        self,
        source: str,
        target: str,
        *,
        is_fixed: bool = False,
        block_bytes: int = 0,
        on_progress: JobProgress | None = None,
    ) -> None:
        """Make a new disk with another's contents, those of its parents included; the source stays.

        :raises InvalidInputError: the target's name tells no format
        """
        disk_type = DiskType.FIXED if is_fixed else DiskType.DYNAMIC
        settings = disk_files.converted_disk(target, disk_type, block_bytes=block_bytes)
        arguments: dict[str, Value] = {"SourcePath": source, "VirtualDiskSettingData": self._text(settings)}
        self._run(target, "ConvertVirtualHardDisk", arguments, on_progress)

    def merge(self, path: str, ancestor: str | None = None, *, on_progress: JobProgress | None = None) -> str:
        """Write what a differencing disk holds into its parent, or into an earlier ancestor; returns that.

        The merged file stays, and is of no more use. Other children of the ancestor are lost by this.

        :raises UnsupportedError: the disk has no parent
        """
        target = ancestor or self.inspect(path).parent
        if not target:
            raise UnsupportedError("The disk has no parent that it could be merged into.", target=path)
        arguments: dict[str, Value] = {"SourcePath": path, "DestinationPath": target}
        self._run(path, "MergeVirtualHardDisk", arguments, on_progress)
        return target

    def compact(
        self, path: str, mode: CompactMode = CompactMode.FULL, *, on_progress: JobProgress | None = None
    ) -> None:
        """Give room that a dynamic or differencing disk does not need back to the host."""
        self._run(path, "CompactVirtualHardDisk", {"Path": path, "Mode": mode.value}, on_progress)

    def resize(self, path: str, size_bytes: int, on_progress: JobProgress | None = None) -> None:
        """Give a disk another size; shrinking below what is used is refused by the host."""
        self._run(path, "ResizeVirtualHardDisk", {"Path": path, "MaxInternalSize": size_bytes}, on_progress)

    def grow(self, path: str, size_bytes: int, *, on_progress: JobProgress | None = None) -> None:
        """Make a disk larger; nothing is sent where it has that size.

        :raises ConflictError: it would become smaller
        :raises BrokenRuleError: no disk of its format is so large
        :raises UnsupportedError: a differencing disk in VHD format never grows
        """
        if check_growth(self.inspect(path), size_bytes):
            self.resize(path, size_bytes, on_progress)

    def reconnect(self, path: str, parent: str, *, ignore_mismatch: bool = False) -> None:
        """Tell a differencing disk where its parent is now.

        ``ignore_mismatch`` takes a parent that has changed since: what the disk then holds, nobody knows.
        """
        arguments: dict[str, Value] = {
            "ChildPath": path,
            "ParentPath": parent,
            "LeafPath": None,
            "IgnoreIDMismatch": ignore_mismatch,
        }
        self._run(path, "SetParentVirtualHardDisk", arguments)

    def delete(self, path: str) -> None:
        """Delete a disk's file, unless somebody has it open or a machine has it in a drive.

        Whether other disks build on it is not looked at: no host keeps account of that.

        :raises ConflictError: it is in use
        """
        if self._is_in_use(path):
            raise ConflictError("The disk is in use.", host=self._session.host, target=path)
        query = select(STORAGE_SETTINGS, "InstanceID", "HostResource")
        for medium in self._session.query(query):
            if path.lower() in (each.lower() for each in texts(medium, "HostResource")):
                owner = text(medium, "InstanceID")
                raise ConflictError(
                    f"A machine has the disk: {owner}.",
                    host=self._session.host,
                    target=path,
                    remedy="Detach it first.",
                )
        self._files.remove(WindowsPath.parse(path))

    def _is_in_use(self, path: str) -> bool:
        """Whether somebody has it open; nobody can, once its chain of parents is broken, as after a merge."""
        try:
            return self.state(path).in_use
        except MethodError:
            return False

    def _read(self, output: Output, name: str) -> Instance:
        return instance_from_text(str(output[name] or ""), self._session.schema)

    def _text(self, settings: Instance) -> str:
        return instance_to_text(settings, self._session.schema)

    def _run(
        self, path: str, method: str, arguments: dict[str, Value], on_progress: JobProgress | None = None
    ) -> Output:
        return self._session.run(
            IMAGE_SERVICE,
            method,
            arguments,
            timeout_s=self._job_timeout_s,
            on_progress=on_progress,
            target=path,
        )


def check_growth(disk: VirtualDisk, size_bytes: int) -> bool:
    """True where a disk has to be resized to have that size, False where it has it.

    :raises ConflictError, BrokenRuleError, UnsupportedError: as :meth:`VirtualDisks.grow`
    """
    if disk.size_bytes > size_bytes:
        raise ConflictError("A disk is not made smaller.", target=disk.path)
    disk_files.check_size(disk.path, disk.format, size_bytes)
    if never_grows(disk):
        raise UnsupportedError(
            "A differencing disk in VHD format never grows.", target=disk.path, remedy="Convert it first."
        )
    return disk.size_bytes != size_bytes


def never_grows(disk: VirtualDisk) -> bool:
    """True for a differencing disk in VHD format, which has the size of its parent."""
    return disk.type is DiskType.DIFFERENCING and disk.format is DiskFormat.VHD
