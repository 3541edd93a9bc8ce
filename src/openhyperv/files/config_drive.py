"""A config drive: a folder of metadata files as a disc that the guest's cloud-init or cloudbase-init finds.

Guests know the two kinds by their labels: OpenStack's ("Metadata API and config drive", docs.openstack.org)
has a folder ``openstack``, and any other is taken for cloud-init's NoCloud.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile

from attrs import define, field
from pycdlib import PyCdlib
from pycdlib.pycdlibexception import PyCdlibException

from openhyperv.errors import InvalidInputError
from openhyperv.files.images.conversion import convert_image
from openhyperv.files.images.info import ImageFormat

OPENSTACK_LABEL = "config-2"
NO_CLOUD_LABEL = "cidata"
LARGEST_BYTES = 64 * 1024**2
"""The most that a config drive holds, which is what Nova's disk images of it have too."""
_DISK_STEP_BYTES = 4 * 1024**2
_DIRECTORY_MODE, _FILE_MODE = 0o040555, 0o100444


def build_config_drive(folder: Path, target: Path, target_format: ImageFormat) -> None:
    """Make a disc of everything in a folder: an ISO, or a VHDX or VHD that holds the same bytes as a disk.

    Names are kept by Rock Ridge for Linux and by Joliet for Windows; everybody in the guest may read them.

    :raises InvalidInputError: the folder is missing, empty or too large, or holds what is no file or folder
    :raises UnsupportedError: it is to be a disk, and qemu-img is not installed here
    """
    if target_format is ImageFormat.ISO:
        _write_iso(folder, target)
        return
    with NamedTemporaryFile(suffix=".iso", dir=target.parent) as disc:
        _write_iso(folder, Path(disc.name))
        disc.truncate(-(-Path(disc.name).stat().st_size // _DISK_STEP_BYTES) * _DISK_STEP_BYTES)
        convert_image(Path(disc.name), target, target_format, declared=ImageFormat.ISO.value)


def _write_iso(folder: Path, target: Path) -> None:
    content = list(_content(folder))
    disc = _Disc()
    try:
        for path in content:
            disc.add(path, path.relative_to(folder))
        disc.write(target, OPENSTACK_LABEL if (folder / "openstack").is_dir() else NO_CLOUD_LABEL)
    except (PyCdlibException, OSError, UnicodeError) as error:
        raise InvalidInputError(f"No config drive can be made of it: {error}", target=str(folder)) from error


def _content(folder: Path) -> Iterator[Path]:
    """Files and folders, each after the folder that it is in.

    :raises InvalidInputError: there is nothing, too much, or something else
    """
    if not folder.is_dir():
        raise InvalidInputError("There is no such folder.", target=str(folder))
    size_bytes = 0
    for path in sorted(folder.rglob("*")):
        if not (path.is_dir() and not path.is_symlink()) and not path.is_file():
            raise InvalidInputError("A config drive holds files and folders only.", target=str(path))
        size_bytes += path.stat().st_size
        yield path
    if not 0 < size_bytes <= LARGEST_BYTES:
        limit = f"A config drive holds something, and at most {LARGEST_BYTES} bytes."
        raise InvalidInputError(limit, target=str(folder))


@define
class _Disc:
    """An ISO in the making: ISO 9660's own names are numbers, as they can hold no others."""

    _numbers: dict[Path, str] = field(factory=lambda: {Path(): ""})
    _files: list[tuple[Path, Path]] = field(factory=list)

    def add(self, source: Path, place: Path) -> None:
        """Remember a file or folder, whose folder is known."""
        kind = "D" if source.is_dir() else "F"
        self._numbers[place] = f"{self._numbers[place.parent]}/{kind}{len(self._numbers):07}"
        self._files.append((source, place))

    def write(self, target: Path, label: str) -> None:
        """Write everything to a file."""
        disc = PyCdlib()
        disc.new(interchange_level=3, joliet=3, rock_ridge="1.09", vol_ident=label)
        for source, place in self._files:
            joliet_path, name = f"/{place.as_posix()}", place.name
            if source.is_dir():
                disc.add_directory(
                    self._numbers[place], rr_name=name, joliet_path=joliet_path, file_mode=_DIRECTORY_MODE
                )
            else:
                disc.add_file(
                    str(source),
                    f"{self._numbers[place]}.;1",
                    rr_name=name,
                    joliet_path=joliet_path,
                    file_mode=_FILE_MODE,
                )
        disc.write(str(target))
        disc.close()
