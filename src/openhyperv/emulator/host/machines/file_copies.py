"""Copying files of the host into the guest of a virtual machine: a job."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PureWindowsPath

from openhyperv.emulator.guests.exchange import FileCopy
from openhyperv.emulator.guests.machine import CopyRefused, Guest
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.files import BadHostPath
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.incoming import text_of
from openhyperv.emulator.host.jobs.running import Job, JobFailure
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.wire.instance import Instance

COPY_JOB = "Msvm_CopyFileToGuestJob"
_NO_TYPE = 0
"""Msvm_CopyFileToGuestJob has no JobType."""
_FILE_NOT_FOUND = 2
_FROM_WIN32 = 0x80070000


def copy_files(host: Host, system: VirtualSystem, guest: Guest, settings: Sequence[Instance]) -> Job:
    """Begin to copy the files that these Msvm_CopyFileToGuestSettingData name."""

    def work(job: Job) -> None:
        for number, setting in enumerate(settings):
            job.progress(100 * number // len(settings))
            _copy(host, system, guest, setting)

    return host.jobs.run(
        _NO_TYPE,
        work,
        class_name=COPY_JOB,
        affected=[system.path],
        description="Copying Files to Guest",
    )


def _copy(host: Host, system: VirtualSystem, guest: Guest, setting: Instance) -> None:
    try:
        guest.copy_file(_file_copy(host, setting))
    except CopyRefused as refusal:
        raise _failure(system, setting, refusal.status, str(refusal)) from refusal
    except (BadHostPath, FileNotFoundError) as error:
        text = "The system cannot find the file specified."
        raise _failure(system, setting, _FILE_NOT_FOUND, text) from error


def _file_copy(host: Host, setting: Instance) -> FileCopy:
    source = text_of(setting, "SourcePath")
    return FileCopy(
        source=host.files.local(source),
        name=PureWindowsPath(source).name,
        destination=text_of(setting, "DestinationPath"),
        overwrite=setting.get("OverwriteExisting") is True,
        create_folders=setting.get("CreateFullPath") is True,
    )


def _failure(system: VirtualSystem, setting: Instance, status: int, why: str) -> JobFailure:
    hresult = _FROM_WIN32 | status
    source, destination = text_of(setting, "SourcePath"), text_of(setting, "DestinationPath")
    text = (
        f"'{system.name}' failed to copy the source file '{source}' to the destination '{destination}' "
        f"in the guest: {why} (0x{hresult:08X})."
    )
    return JobFailure(Code.FAILED, text, hresult)  # UNVERIFIED: ErrorCode and text of a copy that failed
