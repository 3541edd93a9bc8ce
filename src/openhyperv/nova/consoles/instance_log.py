"""What an instance said, kept below ``state_path`` so that a restart of nova-compute loses nothing of it."""

from __future__ import annotations

import shutil
from pathlib import Path

from nova import exception
from oslo_log import log

from openhyperv.errors import NotFoundError
from openhyperv.hyperv.serial.log import ConsoleLog, read_log

LOG = log.getLogger(__name__)


class InstanceLog:
    """The log of one instance; a disk that is full costs what is said meanwhile, and nothing else."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._log: ConsoleLog | None = None
        self._is_failing = False

    def take(self, data: bytes) -> None:
        """Write it down as far as that is possible."""
        try:
            if self._log is None:
                self._log = ConsoleLog(self._folder)
            self._log.take(data)
        except OSError as error:
            self._fail(error)
        else:
            self._is_failing = False

    def _fail(self, error: OSError) -> None:
        if not self._is_failing:
            LOG.error("%s cannot be written, so that what the guest says is lost: %s", self._folder, error)
        self._is_failing = True
        self._log = None

    def close(self) -> None:
        """Close the file."""
        if self._log is not None:
            self._log.close()


def read_instance_log(folder: Path, uuid: str) -> bytes:
    """All that is kept of what an instance said, at most 1 MiB; empty where it has said nothing yet.

    :raises ConsoleLogOutputException: the files cannot be read
    """
    try:
        return read_log(folder)
    except NotFoundError:
        return b""
    except OSError as error:
        raise exception.ConsoleLogOutputException(instance_id=uuid, reason=error.strerror) from error


def delete_log(folder: Path) -> None:
    """Delete a log; one that is not there is no error, and one that stays no reason to keep an instance."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError:
        LOG.exception("The console log in %s cannot be deleted.", folder)
