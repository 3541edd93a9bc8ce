"""Files that took the place of a machine's disks, under their names."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.changing import change_machine_devices
from openhyperv.hyperv.components import device_settings
from openhyperv.hyperv.disks.drives import read_storage
from openhyperv.hyperv.disks.flattening import flatten
from openhyperv.hyperv.disks.virtual_disks import VirtualDisks
from openhyperv.hyperv.names import STORAGE_SETTINGS
from openhyperv.wire.instance import Instance


def name_disks_again(session: Session, guid: str, folder: WindowsPath) -> None:
    """Tell a machine, which is off, of its disks in a folder, as if they were new to it; two requests."""
    # UNVERIFIED: a host lets a machine open a file as it is told that the machine has it, again
    own = [
        Instance(STORAGE_SETTINGS, {"InstanceID": drive.medium_key, "HostResource": [drive.file]})
        for drive in read_storage(device_settings(session, guid)).drives
        if drive.file is not None and drive.file.lower().startswith(f"{folder}\\".lower())
    ]
    change_machine_devices(session, guid, own)


def flatten_disk(session: Session, files: HostFiles, guid: str, path: WindowsPath) -> None:
    """Let a disk of a machine, which is off, need its image no more, so that it can grow whatever its format.

    :raises QuotaError, JobError: the host cannot write it; the disk is what it was
    """
    flatten(VirtualDisks(session, files), files, path)
    name_disks_again(session, guid, path.parent)
