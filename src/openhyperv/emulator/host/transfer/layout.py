"""Where the parts of an exported virtual machine are, below the folder that holds them."""

from __future__ import annotations

import ntpath
from pathlib import Path

from attrs import frozen

from openhyperv.cim.release import Release
from openhyperv.emulator.host.files import HostFiles
from openhyperv.emulator.host.profile import Profile

MACHINES = "Virtual Machines"
CHECKPOINTS = "Snapshots"
DISKS = "Virtual Hard Disks"


@frozen
class ExportLayout:
    """``root`` is a Windows path. Names as Export-VM leaves them ("Export and import virtual machines")."""

    root: str
    files: HostFiles
    profile: Profile

    def definition(self, folder: str, guid: str) -> Path:
        """The definition file of a machine or checkpoint: binary from 2016 on, XML before."""
        suffix = "vmcx" if self.profile.has(Release.WS2016) else "xml"
        return self._local(folder, f"{guid}.{suffix}")

    def saved_state(self, folder: str, guid: str) -> Path:
        """What a saved machine's memory is kept in."""
        if self.profile.has(Release.WS2016):
            return self._local(folder, f"{guid}.vmrs")
        return self._local(folder, guid, f"{guid}.vsv")

    def guest_state(self, folder: str, guid: str) -> Path:
        """What the firmware's variables and the TPM's memory are kept in."""
        # UNVERIFIED: before 2019 real hosts keep these elsewhere; here all releases have the file of 2019
        return self._local(folder, f"{guid}.vmgs")

    def folder(self, name: str) -> Path:
        """One of the three folders."""
        return self._local(name)

    def disk(self, name: str) -> Path:
        """A virtual hard disk's file."""
        return self._local(DISKS, name)

    def _local(self, *parts: str) -> Path:
        return self.files.local(ntpath.join(self.root, *parts))


def layout_of(definition: Path, files: HostFiles, profile: Profile) -> ExportLayout:
    """The layout that a machine's definition file is part of: its folder lies in the root."""
    return ExportLayout(files.windows(definition.parent.parent), files, profile)
