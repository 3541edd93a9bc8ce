"""Letting a differencing disk hold by itself what it held with its parents, under the same name."""

from __future__ import annotations

from openhyperv.cim.jobs import JobProgress
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks.virtual_disks import VirtualDisks


def flatten(
    disks: VirtualDisks, files: HostFiles, path: WindowsPath, on_progress: JobProgress | None = None
) -> None:
    """Have the host write the whole disk into a new file, which then takes the place of the old one.

    Nobody may have the disk open; a machine that has it in a drive has to be told that it has it, again.
    What is left of a run that broke off is removed first.

    :raises QuotaError, JobError: the host cannot write it; the disk is what it was
    """
    whole = path.parent / f"{path.name.removesuffix(path.suffix)}.whole{path.suffix}"
    files.remove(whole)
    disks.convert(str(path), str(whole), on_progress=on_progress)
    files.rename(whole, path, replace=True)
