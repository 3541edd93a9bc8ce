"""Making and changing virtual disks: methods of the image management service, each a storage job."""

from __future__ import annotations

from pathlib import Path

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.disks.adopting import set_disk_id, set_parent, set_physical_sector
from openhyperv.emulator.disks.compacting import compact
from openhyperv.emulator.disks.inspecting import validate_chain
from openhyperv.emulator.disks.making import convert, create
from openhyperv.emulator.disks.merging import merge
from openhyperv.emulator.disks.publishing import new_file
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.incoming import read_setting
from openhyperv.emulator.host.jobs.running import Job
from openhyperv.emulator.providers.images.jobs import ImageJobs, Task
from openhyperv.emulator.providers.images.texts import DISK_SETTINGS, disk_id, disk_spec, local_path
from openhyperv.emulator.providers.services.services import IMAGE_MANAGEMENT
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_SERVICE = IMAGE_MANAGEMENT.class_name
_COMPACT_MODES = range(5)
_FLOPPY_BYTES = 1_474_560


class ImageServiceProvider:
    """Parameters are checked before a job starts; what the files say comes out in the job."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._jobs = ImageJobs(host)

    @method(_SERVICE, "CreateVirtualHardDisk")
    def create(self, call: Call) -> Result:
        """A new fixed, dynamic or differencing disk."""
        setting = self._setting(call)
        path = self._path(setting.get("Path"))
        spec = disk_spec(setting, self._host.files)
        parents = [spec.parent] if spec.parent else []
        return self._jobs.run(Task.CREATE, path, lambda _: create(path, spec), read=parents, write=[path])

    @method(_SERVICE, "CreateVirtualFloppyDisk")
    def create_floppy(self, call: Call) -> Result:
        """An empty floppy of 1.44 MB."""
        path = self._path(call["Path"])
        return self._jobs.run(Task.CREATE_FLOPPY, path, lambda _: _write_floppy(path), write=[path])

    @method(_SERVICE, "ConvertVirtualHardDisk")
    def convert(self, call: Call) -> Result:
        """A new disk with another's contents."""
        source = self._path(call["SourcePath"])
        setting = self._setting(call)
        target = self._path(setting.get("Path"))
        spec = disk_spec(setting, self._host.files)

        def work(job: Job) -> None:
            convert(source, target, spec, self._host.files.local, job.progress)

        return self._jobs.run(Task.CONVERT, source, work, read=[source], write=[target])

    @method(_SERVICE, "MergeVirtualHardDisk")
    def merge(self, call: Call) -> Result:
        """A child's contents go into an ancestor; the child's file stays."""
        child, ancestor = self._path(call["SourcePath"]), self._path(call["DestinationPath"])

        def work(job: Job) -> None:
            merge(child, ancestor, self._host.files.local, job.progress)

        return self._jobs.run(Task.MERGE, child, work, read=[child], write=[ancestor])

    @method(_SERVICE, "CompactVirtualHardDisk")
    def compact(self, call: Call) -> Result:
        """Give back room that holds zeros; every mode finds at least as much as it must."""
        path = self._path(call["Path"])
        if call["Mode"] not in _COMPACT_MODES:
            raise MethodFailure(Code.INVALID_PARAMETER, f"Mode cannot be {call['Mode']}.")
        return self._jobs.run(Task.COMPACT, path, lambda job: compact(path, job.progress), write=[path])

    @method(_SERVICE, "SetParentVirtualHardDisk")
    def set_parent(self, call: Call) -> Result:
        """Another parent for a differencing disk; a leaf that is given must not be in use either."""
        child, parent = self._path(call["ChildPath"]), self._path(call["ParentPath"])
        leaves = [leaf] if call["LeafPath"] and (leaf := self._path(call["LeafPath"])) != child else []

        def work(_: Job) -> None:
            set_parent(
                child,
                parent,
                self._host.files.local,
                parent_path=self._host.files.windows(parent),
                ignore_id_mismatch=call["IgnoreIDMismatch"] is True,
            )

        return self._jobs.run(Task.SET_PARENT, child, work, read=[parent, *leaves], write=[child])

    @method(_SERVICE, "SetVirtualHardDiskSettingData")
    def set_setting_data(self, call: Call) -> Result:
        """Another identity or physical sector size; other properties are not looked at, as documented."""
        setting = self._setting(call)
        path = self._path(setting.get("Path"))
        identity, sector = disk_id(setting), setting.get("PhysicalSectorSize")

        def work(_: Job) -> None:
            if isinstance(sector, int) and sector:
                set_physical_sector(path, sector)
            if identity is not None:
                set_disk_id(path, identity)

        return self._jobs.run(Task.SET_DATA, path, work, write=[path])

    @method(_SERVICE, "ValidateVirtualHardDisk")
    def validate(self, call: Call) -> Result:
        """Whether a disk and its parents are whole."""
        path = self._path(call["Path"])

        def work(_: Job) -> None:
            validate_chain(path, self._host.files.local)

        return self._jobs.run(Task.VALIDATE, path, work, read=[path])

    def _path(self, text: Value) -> Path:
        return local_path(text, self._host.files)

    def _setting(self, call: Call) -> Instance:
        return read_setting(call["VirtualDiskSettingData"], DISK_SETTINGS, self._host.schema)


def _write_floppy(path: Path) -> None:
    with new_file(path) as temporary:
        temporary.write_bytes(bytes(_FLOPPY_BYTES))
