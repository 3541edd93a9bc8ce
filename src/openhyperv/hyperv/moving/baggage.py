"""What a machine that is off takes along when it is made again on another host: its files, and who it is.

Its settings do not travel: who moves a machine has its specification, and the other host its own rules.
"""

from __future__ import annotations

from uuid import UUID

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import InvalidInputError, UnsupportedError
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.disks.drives import Drive
from openhyperv.hyperv.disks.virtual_disks import VirtualDisks
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.reconfiguring.present import Present, read_present
from openhyperv.hyperv.security.settings import SecurityService
from openhyperv.hyperv.values import text
from openhyperv.machine.spec import Generation

_CHECKPOINT_SUFFIXES = (".avhdx", ".avhd")


@frozen
class Bag:
    """A file in a drive.

    ``parent`` is the image that it builds on; ``size_bytes`` is what the disk in it holds, None of a DVD. A
    file that is an image of the host itself, such as an ISO, is ``is_image``.
    """

    path: WindowsPath
    is_image: bool
    size_bytes: int | None = None
    parent: WindowsPath | None = None

    @property
    def name(self) -> str:
        """What the drive is called in a specification."""
        return self.path.name.rpartition(".")[0]

    @property
    def is_differencing_vhd(self) -> bool:
        """True for a disk that has the size of its image, and never another."""
        return self.parent is not None and self.path.suffix == ".vhd"


@frozen
class Baggage:
    """All files of a machine in the order of its drives, and the GUID by which its guest knows it."""

    firmware_guid: UUID
    generation: Generation
    bags: tuple[Bag, ...]

    @property
    def own_disks(self) -> tuple[WindowsPath, ...]:
        """The disks that are the machine's own."""
        return tuple(bag.path for bag in self.bags if bag.size_bytes is not None)

    @property
    def images(self) -> tuple[WindowsPath, ...]:
        """The images that another host needs, each once."""
        own = [bag.path for bag in self.bags if bag.is_image]
        return tuple(dict.fromkeys([*own, *(bag.parent for bag in self.bags if bag.parent is not None)]))


def pack(session: Session, files: HostFiles, layout: Layout, guid: str) -> Baggage:
    """Look at what a machine would take along: two requests, and one for each disk in its folder.

    :raises UnsupportedError: it has what cannot be taken along: checkpoints, disks that are not its own
    """
    present = read_present(session, guid)
    packing = _Packing(VirtualDisks(session, files), layout, present)
    bags = tuple(packing.bag(drive) for drive in present.storage.drives if drive.file is not None)
    return Baggage(UUID(text(present.system, "BIOSGUID").strip("{}")), present.storage.generation, bags)


def check_can_leave(session: Session, guid: str) -> None:
    """Refuse a machine of generation 2 that nothing but its own host can start; one request.

    :raises UnsupportedError: it has a TPM
    """
    settings = SecurityService(session, guid).find()
    if settings is not None and settings.has_tpm:
        raise UnsupportedError(
            "The machine's TPM is sealed with a key of its host, and cannot be made again on another one.",
            target=guid,
            remedy="Resize the machine on its host.",
        )


def _check_no_checkpoint(path: WindowsPath, guid: str) -> None:
    if path.suffix in _CHECKPOINT_SUFFIXES:
        raise UnsupportedError(
            "The machine has checkpoints.", target=guid, remedy="Delete them, and wait until they are merged."
        )


def _parsed(file: str, guid: str) -> WindowsPath:
    """
    :raises UnsupportedError: the file is not on a drive of the host
    """
    try:
        return WindowsPath.parse(file)
    except InvalidInputError as error:
        raise UnsupportedError(f"The machine's disk {file} is on another server.", target=guid) from error


class _Packing:
    """Looks at the files in the drives of one machine."""

    def __init__(self, disks: VirtualDisks, layout: Layout, present: Present) -> None:
        self._disks = disks
        self._layout = layout
        self._present = present

    def bag(self, drive: Drive) -> Bag:
        path = _parsed(str(drive.file), self._present.guid)
        _check_no_checkpoint(path, self._present.guid)
        if path.parent == self._layout.images:
            return Bag(path, is_image=True)
        if path.parent != self._present.folder:
            raise self._foreign(path)
        return Bag(path, is_image=False) if drive.is_dvd else self._disk(path)

    def _disk(self, path: WindowsPath) -> Bag:
        disk = self._disks.inspect(str(path))
        if not disk.parent:
            return Bag(path, is_image=False, size_bytes=disk.size_bytes)
        parent = _parsed(disk.parent, self._present.guid)
        if parent.parent != self._layout.images:
            raise self._foreign(parent)
        return Bag(path, is_image=False, size_bytes=disk.size_bytes, parent=parent)

    def _foreign(self, path: WindowsPath) -> UnsupportedError:
        return UnsupportedError(
            f"The file {path} is neither the machine's own nor an image.",
            target=self._present.guid,
            remedy="Detach it first.",
        )
