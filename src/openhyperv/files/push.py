"""Sending a large file to a host: fast, in bounded memory, verified, and resumed where it broke off.

The file grows under a temporary name beside its target, written by several connections at once, and gets its
own name last. Every write is signed, so what arrives is what was sent; what an earlier attempt left is
compared before it is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from openhyperv.errors import ConflictError, DeadlineError, ProtocolError, QuotaError, TransportError
from openhyperv.files.feeder import WINDOW_BYTES, Feeder
from openhyperv.files.local_file import STEP_BYTES, changed, open_local
from openhyperv.files.progress import Phase, Progress, no_progress
from openhyperv.files.share import HostFiles
from openhyperv.files.smb.errors import DISK_FULL, smb_errors
from openhyperv.files.smb.remote_file import Purpose, RemoteFile
from openhyperv.files.smb.session import SmbSession
from openhyperv.files.source_file import SourceFile
from openhyperv.files.windows_path import WindowsPath

SENDERS = 3
_OPERATION = "push file"


@frozen
class Pushed:
    """A file that is on the host. ``kept_bytes`` were there from an earlier attempt."""

    path: WindowsPath
    size_bytes: int
    sha256: str
    sent_bytes: int
    kept_bytes: int


def push_file(
    files: HostFiles,
    source: Path,
    target: WindowsPath,
    *,
    replace: bool = False,
    read_back: bool = False,
    progress: Progress = no_progress,
) -> Pushed:
    """Send a file of this machine to ``target``; its folder is made where it does not exist.

    After a broken connection the temporary file stays, and the same push goes on from it; after every other
    failure nothing is left. ``read_back`` reads everything again from the host and compares.

    :raises ConflictError: there is a ``target`` already, or somebody else is pushing the same file there
    :raises QuotaError: the host's disk is full; nothing is left
    :raises InvalidInputError: the source cannot be read, or changes meanwhile
    :raises ProtocolError: what the host has is not what was sent
    """
    with open_local(source) as local:
        return push_open_file(files, local, target, replace=replace, read_back=read_back, progress=progress)


def push_open_file(
    files: HostFiles,
    local: SourceFile,
    target: WindowsPath,
    *,
    sha256: str | None = None,
    replace: bool = False,
    read_back: bool = False,
    progress: Progress = no_progress,
) -> Pushed:
    """As :func:`push_file`, for an open file that is to have this SHA-256, if one is given."""
    if not replace and files.exists(target):
        raise ConflictError("There is such a file already.", host=files.settings.server, target=str(target))
    files.make_folder(target.parent)
    partial = target.parent / f"{target.name}.part"
    with SmbSession(files.settings) as session, _alone(session, partial):
        with _cleared_unless_resumable(files, partial):
            kept_bytes, feeder = _send(files, session, local, partial, progress)
            if local.has_changed() or feeder.sha256() != (sha256 or feeder.sha256()):
                raise changed(local.name)
            if read_back:
                _read_back(session, local, partial, progress)
        files.rename(partial, target, replace=replace)
    return Pushed(target, local.size_bytes, feeder.sha256(), feeder.sent_bytes, kept_bytes)


@contextmanager
def _alone(session: SmbSession, partial: WindowsPath) -> Iterator[None]:
    """Hold a lock on the host, which also ends with the connection."""
    name = f"{partial.relative}.lock"
    with (
        smb_errors(session.settings.server, "lock the push", str(partial)),
        RemoteFile.open(session, partial.share, name, Purpose.LOCK),
    ):
        yield


@contextmanager
def _cleared_unless_resumable(files: HostFiles, partial: WindowsPath) -> Iterator[None]:
    try:
        yield
    except (TransportError, DeadlineError, KeyboardInterrupt):
        raise
    except BaseException:
        files.remove(partial)
        raise


def _send(
    files: HostFiles,
    session: SmbSession,
    local: SourceFile,
    partial: WindowsPath,
    progress: Progress,
) -> tuple[int, Feeder]:
    """Bring the temporary file to the source's content; returns the bytes kept, and what fed the senders."""
    with (
        smb_errors(files.settings.server, _OPERATION, str(partial)),
        RemoteFile.open(session, partial.share, partial.relative, Purpose.WRITE) as remote,
    ):
        digest = hashlib.sha256()
        kept = _compare(local, remote, digest, progress)
        remote.set_size(kept)
        _check_space(files, partial, local.size_bytes - kept)
        feeder = Feeder(local, kept, digest, progress)
        _run_senders(files, partial, feeder)
        remote.set_size(local.size_bytes)
        remote.flush()
    _check_size(files, partial, local.size_bytes)
    return kept, feeder


def _compare(local: SourceFile, remote: RemoteFile, digest: hashlib._Hash, progress: Progress) -> int:
    """How much of the temporary file is right; what was under way when it broke off may be missing."""
    certain = min(remote.size_bytes, local.size_bytes) - WINDOW_BYTES
    end = max(0, certain) // STEP_BYTES * STEP_BYTES
    for offset, data in local.steps(end):
        if remote.read_exactly(offset, len(data)) != data:
            return offset
        digest.update(data)
        progress(Phase.COMPARE, offset + len(data), end)
    return end


def _check_space(files: HostFiles, partial: WindowsPath, needed_bytes: int) -> None:
    free = files.free_bytes(partial.parent)
    if free < needed_bytes:
        raise QuotaError(
            f"The file needs {needed_bytes} bytes, but the host's disk has {free} left.",
            code=DISK_FULL,
            retryable=False,
            remedy="Free space on the host's disk.",
        )


def _run_senders(files: HostFiles, partial: WindowsPath, feeder: Feeder) -> None:
    with ThreadPoolExecutor(SENDERS, thread_name_prefix="push") as pool:
        senders = [pool.submit(_send_chunks, files, partial, feeder) for _ in range(SENDERS)]
        try:
            wait(senders, return_when=FIRST_EXCEPTION)
        finally:
            feeder.stop()
    for sender in senders:
        sender.result()


def _send_chunks(files: HostFiles, partial: WindowsPath, feeder: Feeder) -> None:
    try:
        with (
            smb_errors(files.settings.server, _OPERATION, str(partial)),
            SmbSession(files.settings) as session,
            RemoteFile.open(session, partial.share, partial.relative, Purpose.WRITE) as remote,
        ):
            while chunk := feeder.take():
                remote.write(chunk.data, chunk.offset)
                feeder.arrived(chunk)
    finally:
        feeder.stop()


def _check_size(files: HostFiles, partial: WindowsPath, size_bytes: int) -> None:
    found = files.status(partial).size_bytes
    if found != size_bytes:
        raise ProtocolError(
            f"The host has {found} bytes of {size_bytes} that were sent.",
            host=files.settings.server,
            target=str(partial),
        )


def _read_back(session: SmbSession, local: SourceFile, partial: WindowsPath, progress: Progress) -> None:
    with (
        smb_errors(session.settings.server, "read back", str(partial)),
        RemoteFile.open(session, partial.share, partial.relative, Purpose.READ) as remote,
    ):
        for offset, data in local.steps(local.size_bytes):
            if remote.read_exactly(offset, len(data)) != data:
                raise ProtocolError(f"What the host has differs from what was sent, from byte {offset} on.")
            progress(Phase.READ_BACK, offset + len(data), local.size_bytes)
