"""The host's drive ``C:``, which is a folder here: Windows paths to local ones and back."""

from __future__ import annotations

import re
from pathlib import Path

from openhyperv.emulator.host.hardware.known_disks import KnownDisks


class BadHostPath(ValueError):  # noqa: N818  # read as a noun where it is caught
    """Not an absolute path on this host: relative, UNC, with ``..``, a stream or a device name."""


class NoSuchDrive(BadHostPath):
    """An absolute path on a drive that this host does not have."""


DATA_ROOT = r"C:\ProgramData\Microsoft\Windows\Hyper-V"
"""Where VM configurations go by default, as real hosts show it."""
DISK_ROOT = r"C:\Users\Public\Documents\Hyper-V\Virtual Hard Disks"
"""Msvm_VirtualSystemManagementServiceSettingData.DefaultVirtualHardDiskPath, as real hosts show it."""

_ABSOLUTE = re.compile(r"^(?:\\\\[?.]\\)?(?P<drive>[A-Za-z]):\\(?P<rest>.*)$", re.DOTALL)
_RESERVED = re.compile(r"^(CON|PRN|AUX|NUL|COM[0-9]|LPT[0-9]|CONIN\$|CONOUT\$)(\..*)?$", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f]')
"""Characters no file name may have ([MS-FSCC] 2.1.5); a colon would open a stream."""


class HostFiles:
    """Maps ``C:\\...`` into a folder. Names are compared without case, as NTFS does.

    What is on the host's ``disks`` lies in files of its own, of which Windows knows the disk's name alone.
    """

    def __init__(self, drive_c: Path, disks: KnownDisks) -> None:
        self.drive_c = drive_c
        self.disks = disks
        for folder in (DATA_ROOT, DISK_ROOT):
            self.local(folder).mkdir(parents=True, exist_ok=True)

    def local(self, windows_path: str) -> Path:
        """The local file behind a path in any case, with ``\\`` or ``/``. It need not exist.

        :raises NoSuchDrive: not on drive C
        :raises BadHostPath: not absolute, or a name that Windows would not take
        """
        match = _ABSOLUTE.match(windows_path.replace("/", "\\"))
        if match is None:
            raise BadHostPath(windows_path)
        if match["drive"].upper() != "C":
            raise NoSuchDrive(windows_path)
        path = self.drive_c
        for name in filter(None, match["rest"].split("\\")):
            path = _child(path, _checked(name, windows_path))
        self._refuse_escape(path, windows_path)
        return path

    def windows(self, path: Path) -> str:
        """The Windows path of a local file under the drive's folder, or of the disk whose contents it has.

        :raises BadHostPath: it lies elsewhere
        """
        if (disk := self.disks.owner_of(path)) is not None:
            return disk.name
        try:
            relative = path.relative_to(self.drive_c)
        except ValueError as error:
            raise BadHostPath(str(path)) from error
        return "C:\\" + "\\".join(relative.parts)

    def _refuse_escape(self, path: Path, windows_path: str) -> None:
        """A symbolic link inside the share must not lead out of it."""
        if not path.resolve().is_relative_to(self.drive_c.resolve()):
            raise BadHostPath(windows_path)


def _checked(name: str, whole: str) -> str:
    if name in (".", "..") or _RESERVED.match(name) or _FORBIDDEN.search(name) or name[-1] in ". ":
        raise BadHostPath(whole)
    return name


def _child(folder: Path, name: str) -> Path:
    """The entry of that name in any case of letters; the name as given where there is none."""
    exact = folder / name
    if exact.exists() or not folder.is_dir():
        return exact
    folded = name.casefold()
    return next((entry for entry in folder.iterdir() if entry.name.casefold() == folded), exact)
