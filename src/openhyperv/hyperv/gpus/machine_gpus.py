"""``machine.gpus``: what one machine has of its host's GPUs."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.hyperv.gpus import displays, partitions
from openhyperv.machine.graphics import GpuPartition, RemoteFx
from openhyperv.machine.pci import MmioSpace


class MachineGpus:
    """The GPU partition and the RemoteFX display of a machine; both change while it is off."""

    def __init__(self, session: Session, guid: str) -> None:
        self._session = session
        self._guid = guid

    def partition(self) -> GpuPartition | None:
        """What it asks for of a GPU whenever it starts; one query."""
        return partitions.read_partition(self._session, self._guid)

    def add_partition(self, partition: GpuPartition, *, mmio: MmioSpace | None = None) -> None:
        """Give it a partition; nothing happens if it has that one already.

        ``mmio`` sets aside address space for the GPU's memory.

        :raises UnsupportedError: the host is older than Windows Server 2025; the remedy says what it has
        :raises ConflictError: it has another partition, or is not off
        """
        partitions.add_partition(self._session, self._guid, partition, mmio)

    def remove_partition(self) -> bool:
        """Take its partition away. True where it had one.

        :raises ConflictError: it is not off
        """
        return partitions.remove_partition(self._session, self._guid)

    def remotefx(self) -> RemoteFx | None:
        """Its RemoteFX display; one query."""
        return displays.read_displays(self._session, self._guid).remotefx

    def enable_remotefx(self, display: RemoteFx) -> None:
        """Put a RemoteFX display in the place of the plain one, or change the one it has.

        :raises UnsupportedError: the host has no RemoteFX; the remedy says what takes its place
        :raises BrokenRuleError: RemoteFX makes no such display on that release; nothing was changed
        :raises ConflictError: it is not off
        """
        displays.enable_remotefx(self._session, self._guid, display)

    def disable_remotefx(self) -> bool:
        """Restore the plain display. True where it had a RemoteFX display.

        :raises ConflictError: it is not off
        """
        return displays.disable_remotefx(self._session, self._guid)
