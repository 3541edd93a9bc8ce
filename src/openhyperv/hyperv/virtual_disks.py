"""Disk files on the host, made and changed by its image management service; nothing is copied through us."""

from __future__ import annotations

from enum import IntEnum

from attrs import frozen

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.names import IMAGE_SERVICE
from openhyperv.hyperv.values import number, text
from openhyperv.machine.drives import BlankDisk, Disk, DiskFormat, ExistingDisk, FromImage
from openhyperv.wire.cimxml import instance_from_text, instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_SETTINGS = "Msvm_VirtualHardDiskSettingData"
_FORMAT_NUMBERS = {DiskFormat.VHD: 2, DiskFormat.VHDX: 3}


class DiskType(IntEnum):
    """Msvm_VirtualHardDiskSettingData.Type."""

    FIXED = 2
    DYNAMIC = 3
    DIFFERENCING = 4


@frozen
class VirtualDisk:
    """What the host says of a disk file."""

    path: str
    type: DiskType
    size_bytes: int
    parent: str


class VirtualDisks:
    """The disk files of one host; ``job_timeout_s`` is how long each operation may take."""

    def __init__(self, session: Session, *, job_timeout_s: float = 600.0) -> None:
        self._session = session
        self._job_timeout_s = job_timeout_s

    def make(self, disk: Disk, folder: WindowsPath) -> str:
        """The file for a disk of a specification: created in ``folder``, or the existing one it names.

        An image becomes a differencing disk on it; a VHD that has to be larger than its image becomes a
        resized copy, since a differencing VHD cannot grow.
        """
        source = disk.source
        if isinstance(source, ExistingDisk):
            return source.path
        path = str(folder / f"{disk.name}.{source.format.value}")
        if isinstance(source, BlankDisk):
            self._create(path, source.format, DiskType.DYNAMIC, size_bytes=disk.size_bytes)
        elif source.format is DiskFormat.VHD and disk.size_bytes not in (None, source.virtual_size_bytes):
            self._copy(path, source)
            self.resize(path, disk.size_bytes or 0)
        else:
            self._create(
                path, source.format, DiskType.DIFFERENCING, parent=source.path, size_bytes=disk.size_bytes
            )
        return path

    def _create(
        self,
        path: str,
        disk_format: DiskFormat,
        disk_type: DiskType,
        *,
        parent: str | None = None,
        size_bytes: int | None = None,
    ) -> None:
        values: dict[str, Value] = {
            "Path": path,
            "Type": disk_type.value,
            "Format": _FORMAT_NUMBERS[disk_format],
        }
        if parent is not None:
            values["ParentPath"] = parent
        if size_bytes is not None:
            values["MaxInternalSize"] = size_bytes
        self._run(path, "CreateVirtualHardDisk", {"VirtualDiskSettingData": self._text(values)})

    def _copy(self, path: str, source: FromImage) -> None:
        values: dict[str, Value] = {
            "Path": path,
            "Type": DiskType.DYNAMIC.value,
            "Format": _FORMAT_NUMBERS[source.format],
            "ParentPath": None,
            "BlockSize": 0,
            "LogicalSectorSize": 0,
        }
        arguments: dict[str, Value] = {
            "SourcePath": source.path,
            "VirtualDiskSettingData": self._text(values),
        }
        self._run(path, "ConvertVirtualHardDisk", arguments)

    def resize(self, path: str, size_bytes: int, on_progress: JobProgress | None = None) -> None:
        """Give a disk another size; shrinking below what is used is refused by the host."""
        self._run(path, "ResizeVirtualHardDisk", {"Path": path, "MaxInternalSize": size_bytes}, on_progress)

    def inspect(self, path: str) -> VirtualDisk:
        """What the host says of a file.

        :raises JobError: the file is missing or damaged
        """
        output = self._run(path, "GetVirtualHardDiskSettingData", {"Path": path})
        settings = instance_from_text(str(output["SettingData"] or ""), self._session.schema)
        return VirtualDisk(
            path=text(settings, "Path"),
            type=DiskType(number(settings, "Type")),
            size_bytes=number(settings, "MaxInternalSize"),
            parent=text(settings, "ParentPath"),
        )

    def _text(self, values: dict[str, Value]) -> str:
        return instance_to_text(Instance(_SETTINGS, values), self._session.schema)

    def _run(
        self, path: str, method: str, arguments: dict[str, Value], on_progress: JobProgress | None = None
    ) -> dict[str, Value]:
        output = self._session.run(
            IMAGE_SERVICE,
            method,
            arguments,
            timeout_s=self._job_timeout_s,
            on_progress=on_progress,
            target=path,
        )
        return dict(output.parameters)
