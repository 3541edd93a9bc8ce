"""Copying a file of this computer into a running guest, without a network between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.files.progress import Progress
from openhyperv.files.push import push_file
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.guest.services import Service
from openhyperv.hyperv.names import system_settings
from openhyperv.hyperv.values import text
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_TIMEOUT_S = 600.0


def copy_file(
    session: Session,
    share: HostFiles,
    guid: str,
    source: Path,
    destination: str,
    *,
    overwrite: bool,
    create_folders: bool,
    progress: Progress,
) -> None:
    """Copy a file into a guest by way of the machine's folder on the host, where nothing of it stays."""
    service = _file_service(session, guid)
    with _staged(session, share, guid, source, progress) as staged:
        values: dict[str, Value] = {
            "SourcePath": str(staged),
            "DestinationPath": destination,
            "OverwriteExisting": overwrite,
            "CreateFullPath": create_folders,
        }
        described = instance_to_text(Instance("Msvm_CopyFileToGuestSettingData", values), session.schema)
        arguments: dict[str, Value] = {"CopyFileToGuestSettings": [described]}
        session.run(service, "CopyFilesToGuest", arguments, timeout_s=_TIMEOUT_S, target=guid)


def _file_service(session: Session, guid: str) -> ObjectPath:
    """The guest's file service, which is there while the machine is on and its interface switched on.

    :raises ConflictError: it is not there
    """
    interface = Service.FILES.device(guid)
    try:
        found = next(
            session.associators(interface, "Msvm_RegisteredGuestService", "Msvm_GuestFileService"), None
        )
    except NotFoundError:
        found = None
    if found is not None and found.path is not None:
        return found.path
    raise ConflictError(
        "No guest takes files: the machine is not running, or its guest service interface is switched off.",
        host=session.host,
        target=guid,
        operation="copy a file into the guest",
        remedy="Start it, and switch the service on: hv vm guest service MACHINE files on.",
    )


@contextmanager
def _staged(
    session: Session, share: HostFiles, guid: str, source: Path, progress: Progress
) -> Iterator[WindowsPath]:
    """The file on the host, in a folder of its own beside the machine's configuration."""
    settings = session.get(system_settings(guid))
    folder = WindowsPath.parse(text(settings, "ConfigurationDataRoot")) / f"to-guest-{guid}"
    try:
        yield push_file(share, source, folder / source.name, replace=True, progress=progress).path
    finally:
        share.remove_tree(folder)
