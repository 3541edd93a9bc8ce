"""The drives of a machine that is rescued, or was, as far as a rescue or its end got.

The names of the files tell all: ``root-rescue.vhdx`` stands in for ``root.vhdx``, ``config-rescue.iso`` for
``config.iso``; and where there is nothing that it could stand in for, a file came for the rescue alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks.drives import Drive
from openhyperv.nova.root_drive import root_drive

_MARK = "-rescue"
_CONFIG = "config"
BESIDE = f"beside{_MARK}"
"""The name, without ending, of the file of a device beside the root."""


def path_of(drive: Drive) -> WindowsPath:
    """The file in a drive that has one."""
    return WindowsPath.parse(drive.file or "")


def stand_in(file: WindowsPath, suffix: str) -> WindowsPath:
    """The file that stands in for another during a rescue."""
    return file.parent / f"{stem_of(file.name)}{_MARK}{suffix}"


def stem_of(name: str) -> str:
    """The name of a file without its ending."""
    return name.rpartition(".")[0]


def is_of_rescue(name: str) -> bool:
    """True for the name of a file that came for a rescue."""
    return stem_of(name).lower().endswith(_MARK)


@frozen
class RescueDrives:
    """What is in a machine's drives."""

    drives: Sequence[Drive]

    @property
    def root(self) -> Drive | None:
        """The drive with the instance's own root disk, wherever that is now."""
        return root_drive(drive for drive in self._filled() if not is_of_rescue(path_of(drive).name))

    def config(self, suffix: str) -> Drive | None:
        """The drive with the instance's own config drive, if its file has that ending."""
        name = f"{_CONFIG}{suffix}"
        return next((drive for drive in self._filled() if path_of(drive).name.lower() == name), None)

    def rescuing(self) -> list[Drive]:
        """The drives with files that came for a rescue."""
        return [drive for drive in self._filled() if is_of_rescue(path_of(drive).name)]

    def holding(self, file: WindowsPath) -> Drive | None:
        """The drive that a file is in."""
        return next((drive for drive in self._filled() if path_of(drive) == file), None)

    def _filled(self) -> Iterator[Drive]:
        return (drive for drive in self.drives if drive.file is not None)


def original_of(name: str, names: Sequence[str]) -> str | None:
    """Which of the files in a folder one of a rescue stands in for, if there is one."""
    own = stem_of(name).lower().removesuffix(_MARK)
    return next((each for each in names if stem_of(each).lower() == own), None)
