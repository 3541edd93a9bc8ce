"""A config drive for ``hv vm create``: one that is on the host, or one made of a folder here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

from openhyperv.files.config_drive import build_config_drive
from openhyperv.files.images.info import ImageFormat
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.creation.upload import Upload

FORMATS = tuple(each.value for each in (ImageFormat.ISO, ImageFormat.VHDX, ImageFormat.VHD))


@frozen
class ConfigDriveArgument:
    """What ``--config-drive`` names, and the format in which a folder becomes a drive."""

    name: str
    format: str

    @property
    def is_folder(self) -> bool:
        """True for a folder of this machine, which its name alone cannot be taken for."""
        return Path(self.name).is_dir()

    def place(self, machine_folder: WindowsPath) -> WindowsPath:
        """Where one that is made here goes."""
        return machine_folder / f"config.{self.format}"


@contextmanager
def built(config_drive: ConfigDriveArgument | None, machine_folder: WindowsPath) -> Iterator[list[Upload]]:
    """The drive made of the folder, if it is one, as long as the block lasts.

    :raises InvalidInputError: no drive can be made of it
    """
    if config_drive is None or not config_drive.is_folder:
        yield []
        return
    target = config_drive.place(machine_folder)
    with TemporaryDirectory(prefix="openhyperv-") as folder:
        source = Path(folder) / target.name
        build_config_drive(Path(config_drive.name), source, ImageFormat(config_drive.format))
        yield [Upload(source, target)]
