"""What an export is made of: folders with Hyper-V's own names ("Export and import virtual machines")."""

from __future__ import annotations

from attrs import frozen

from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath

_MACHINES, _CHECKPOINTS, _DISKS = "Virtual Machines", "Snapshots", "Virtual Hard Disks"
_DEFINITIONS = (".vmcx", ".xml", ".exp")
"""How files end that define a machine: since 2016, before, and before 2012 R2."""


@frozen
class ExportFolder:
    """An export on a host. ``disks`` are the files of its disks, wherever its definition says they are."""

    root: WindowsPath
    definition: WindowsPath
    has_checkpoints: bool
    disks: tuple[WindowsPath, ...]

    @property
    def guid(self) -> str:
        """The machine's GUID when it was exported: its definition is called so."""
        return self.definition.name.rpartition(".")[0].upper()

    @property
    def checkpoint_folder(self) -> str | None:
        """Where the definitions of its checkpoints are; None where it has none."""
        return str(self.root / _CHECKPOINTS) if self.has_checkpoints else None

    @property
    def parts(self) -> tuple[WindowsPath, ...]:
        """The folders that belong to it, and nothing else that may lie beside them."""
        names = (
            _MACHINES,
            *([_CHECKPOINTS] if self.has_checkpoints else []),
            *([_DISKS] if self.disks else []),
        )
        return tuple(self.root / name for name in names)

    def moved_to(self, root: WindowsPath) -> ExportFolder:
        """The same export in another folder."""
        disks = tuple(root / _DISKS / disk.name for disk in self.disks)
        return ExportFolder(root, root / _MACHINES / self.definition.name, self.has_checkpoints, disks)


def read_export(share: HostFiles, path: WindowsPath) -> ExportFolder:
    """The export in a folder, or that a definition file belongs to.

    :raises NotFoundError: there is none
    :raises ConflictError: the folder holds several machines; name one by its definition file
    """
    root = path.parent.parent if path.suffix in _DEFINITIONS else path
    names = {each.name.lower() for each in share.list(root) if each.is_folder}
    definition = path if path != root else _only_definition(share, root, names)
    disks = _files(share, root / _DISKS) if _DISKS.lower() in names else ()
    return ExportFolder(root, definition, _CHECKPOINTS.lower() in names, disks)


def _only_definition(share: HostFiles, root: WindowsPath, names: set[str]) -> WindowsPath:
    files = _files(share, root / _MACHINES) if _MACHINES.lower() in names else ()
    found = [file for file in files if file.suffix in _DEFINITIONS]
    host = share.settings.server
    if not found:
        raise NotFoundError("There is no exported machine in that folder.", host=host, target=str(root))
    if len(found) > 1:
        raise ConflictError(
            f"There are {len(found)} exported machines in that folder.",
            host=host,
            target=str(root),
            remedy="Name one by its definition file.",
        )
    return found[0]


def _files(share: HostFiles, folder: WindowsPath) -> tuple[WindowsPath, ...]:
    return tuple(folder / each.name for each in share.list(folder) if not each.is_folder)
