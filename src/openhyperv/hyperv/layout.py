"""Where this library keeps its files on a host: one folder a machine, one for images, all below one root."""

from __future__ import annotations

from uuid import UUID

from attrs import frozen

from openhyperv.files.windows_path import WindowsPath

DEFAULT_ROOT = WindowsPath.parse("C:\\OpenHyperV")


@frozen
class Layout:
    """Folders below ``root``; a machine's is named by its identity, so no display name reaches a path.

    ``adopted`` holds the folders of machines that were made by somebody else, and are ours now.
    """

    root: WindowsPath = DEFAULT_ROOT
    adopted: WindowsPath | None = None

    @property
    def images(self) -> WindowsPath:
        """The image cache."""
        return self.root / "images"

    @property
    def machines(self) -> WindowsPath:
        """The folders of machines, each of which belongs to one."""
        return self.root / "machines"

    @property
    def copies(self) -> WindowsPath:
        """Copies of machines' disks that are being made or read, a folder for each machine."""
        return self.root / "copies"

    def machine(self, identity: UUID) -> WindowsPath:
        """Everything that belongs to one machine."""
        return self.machines / str(identity)

    def lock(self, identity: UUID) -> WindowsPath:
        """What a client holds while it creates a machine."""
        return self.machines / f"{identity}.lock"

    def owns(self, folder: WindowsPath) -> bool:
        """True for a machine's folder of ours, which may be deleted with the machine."""
        return bool(folder.parts) and folder.parent in (self.machines, self.adopted)
