"""Jobs of the image management service: what a disk operation's failure becomes for the client."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from pathlib import Path

from attrs import define

from openhyperv.emulator.cimom.provider import Result
from openhyperv.emulator.disks.errors import DiskCode, DiskError
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import Job, JobFailure
from openhyperv.emulator.host.jobs.view import STORAGE_JOB
from openhyperv.emulator.host.storage.disk_use import SHARING_VIOLATION, DiskInUse
from openhyperv.emulator.providers.services.services import IMAGE_MANAGEMENT

_CHAIN_CYCLE = 32787
"""ValidateVirtualHardDisk's own code for a disk that is its own ancestor."""
_CODES: Mapping[DiskCode, int] = {  # UNVERIFIED: which ErrorCode goes with which HRESULT
    DiskCode.FILE_NOT_FOUND: Code.NOT_FOUND,
    DiskCode.PATH_NOT_FOUND: Code.NOT_FOUND,
    DiskCode.PARENT_NOT_FOUND: Code.NOT_FOUND,
    DiskCode.ACCESS_DENIED: Code.ACCESS_DENIED,
    DiskCode.NOT_SUPPORTED: Code.NOT_SUPPORTED,
    DiskCode.INVALID_PARAMETER: Code.INVALID_PARAMETER,
    DiskCode.INVALID_SIZE: Code.INVALID_PARAMETER,
    DiskCode.INVALID_BLOCK_SIZE: Code.INVALID_PARAMETER,
    DiskCode.INVALID_TYPE: Code.INVALID_PARAMETER,
    DiskCode.UNSUPPORTED_SECTOR_SIZE: Code.INVALID_PARAMETER,
    DiskCode.WOULD_TRUNCATE_DATA: Code.INVALID_PARAMETER,
    DiskCode.NO_MINIMUM_SIZE: Code.INVALID_PARAMETER,
    DiskCode.CHAIN_CYCLE: _CHAIN_CYCLE,
}


class Task(Enum):
    """What a job does: its verb, and Msvm_StorageJob.JobType, which has no number for some."""

    CREATE = ("create", 1)
    CREATE_FLOPPY = ("create", 2)
    COMPACT = ("compact", 3)
    RESIZE = ("resize", 4)
    MERGE = ("merge", 5)
    CONVERT = ("convert", 6)
    VALIDATE = ("validate", 9)
    SET_PARENT = ("reconnect", 0)  # UNVERIFIED: the type of jobs that no documented number stands for
    SET_DATA = ("change", 0)
    ATTACH = ("attach", 0)

    @property
    def verb(self) -> str:
        """What an error says that the system failed to do."""
        return self.value[0]

    @property
    def job_type(self) -> int:
        """The number that clients know the job by."""
        return self.value[1]


def code_of(error: DiskError) -> int:
    """The service's code for what went wrong with a disk; everything else has failed."""
    return _CODES.get(error.code, Code.FAILED)


@define(eq=False)
class ImageJobs:
    """Starts jobs that have their files to themselves."""

    host: Host

    def run(
        self,
        task: Task,
        subject: Path,
        work: Callable[[Job], None],
        *,
        read: Sequence[Path] = (),
        write: Sequence[Path] = (),
    ) -> Result:
        """Start a job about a file; it has the files to read and to write for itself while it works."""
        name = self.host.files.windows(subject)

        def perform(job: Job) -> None:
            with _failures(task, name), self.host.disk_use.granted(read=read, write=write):
                work(job)

        job = self.host.jobs.run(
            task.job_type,
            perform,
            class_name=STORAGE_JOB,
            owner=IMAGE_MANAGEMENT.path(self.host),
            description=f"{task.verb.capitalize()} virtual disk",
        )
        return Result(Code.JOB_STARTED, {"Job": job.path})


@contextmanager
def _failures(task: Task, subject: str) -> Iterator[None]:
    try:
        yield
    except DiskError as error:
        text = f"The system failed to {task.verb} '{subject}'. {error}."
        raise JobFailure(code_of(error), text, error.code) from error
    except DiskInUse as error:
        text = (
            f"The system failed to {task.verb} '{subject}'. The file is in use (0x{SHARING_VIOLATION:08X})."
        )
        raise JobFailure(Code.IN_USE, text, SHARING_VIOLATION) from error
