"""The disks and DVDs of one machine: what is where, and changing that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager

from openhyperv.cim.jobs import JobProgress
from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError, error_context
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.checkpoints.taking import Consistency
from openhyperv.hyperv.components import demand_off, device_settings
from openhyperv.hyperv.copies.disk_copy import DiskCopy
from openhyperv.hyperv.device_changes import remove_devices
from openhyperv.hyperv.disks import attaching, growing, media
from openhyperv.hyperv.disks.drives import Drive, read_storage
from openhyperv.hyperv.disks.placing import find_drive, slot_text
from openhyperv.hyperv.disks.virtual_disks import VirtualDisks
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.names import RESOURCE_SETTINGS, STORAGE_SETTINGS, setting
from openhyperv.machine.drives import Bus, Slot
from openhyperv.machine.request import DiskRequest

_COPY_TIMEOUT_S = 6 * 3600.0


class MachineDisks:
    """The drives of a machine. A drive is named by its slot, or by the file in it: its path or bare name.

    What a machine's state forbids is refused before anything is sent, and every call may be made again after
    one that broke off.
    """

    def __init__(self, session: Session, files: HostFiles, layout: Layout, guid: str) -> None:
        self._session = session
        self._share = files
        self._files = VirtualDisks(session, files)
        self._layout = layout
        self._guid = guid

    def list(self) -> list[Drive]:
        """Every drive in the order of its slot, in one query."""
        return list(read_storage(device_settings(self._session, self._guid)).drives)

    def attach(self, disk: DiskRequest, *, slot: Slot | None = None) -> Drive:
        """Attach a disk: to ``slot``, or to the first free one of its bus, SCSI unless it asks for another.

        A new disk becomes a file in the machine's folder. A SCSI controller that is missing is added, up to
        four; that, and everything on IDE, needs a machine that is off. A disk that the machine has already
        stays where it is.

        :raises BrokenRuleError: no such slot in machines of its generation, none left, or no such disk
        :raises ConflictError: something else is in the slot, or the machine's state forbids it
        :raises NotFoundError: there is no such file, or no such machine
        :raises InvalidInputError: a new disk, and a machine whose folder this library did not make
        """
        with self._context("attach a disk"):
            return attaching.attach_disk(self._session, self._files, self._layout, self._guid, disk, slot)

    def attach_dvd(self, iso: str | None = None, *, slot: Slot | None = None) -> Drive:
        """Attach a DVD drive, with an ISO of the host in it or empty: on IDE in generation 1, else on SCSI.

        :raises BrokenRuleError, ConflictError, NotFoundError: as for :meth:`attach`
        """
        with self._context("attach a DVD drive"):
            return attaching.attach_dvd(self._session, self._guid, iso, slot)

    def detach(self, which: Slot | str) -> Drive:
        """Take a drive from the machine; the file in it stays. Returns what was taken.

        :raises NotFoundError: the machine has no such drive
        :raises ConflictError: the drive is on IDE, and the machine not off
        """
        with self._context("detach a drive"):
            drive = find_drive(self.list(), which)
            if drive.slot.bus is Bus.IDE:
                demand_off(self._session, self._guid, "IDE drives come and go only while a machine is off.")
            going = [setting(RESOURCE_SETTINGS, drive.key)]
            if drive.file is not None:
                going.insert(0, setting(STORAGE_SETTINGS, drive.medium_key))
            # UNVERIFIED: a medium and the drive that holds it can be removed in one call
            remove_devices(self._session, self._guid, going)
            return drive

    def insert(self, iso: str, *, slot: Slot | None = None) -> Drive:
        """Put an ISO of the host into a DVD drive, instead of what is in it; the machine may be running.

        :raises NotFoundError: the machine has no DVD drive, or none in that slot
        :raises ConflictError: it has several, and none was named
        """
        with self._context("insert a DVD"):
            return media.insert(self._session, self._guid, self.list(), iso, slot)

    def eject(self, *, slot: Slot | None = None) -> Drive:
        """Take the ISO out of a DVD drive; nothing happens where there is none.

        :raises NotFoundError, ConflictError: as for :meth:`insert`
        """
        with self._context("eject a DVD"):
            return media.eject(self._session, self._guid, self.list(), slot)

    def exchange(self, files: Mapping[Drive, str]) -> None:
        """Put other files of the host into drives that have one, all at once; what was in them stays a file.

        :raises ConflictError: the machine is not off
        """
        with self._context("exchange disks"):
            media.exchange(self._session, self._guid, files)

    def limit(self, which: Slot | str, *, maximum_iops: int = 0, minimum_iops: int = 0) -> None:
        """Bound what a disk does, in operations of 8 KiB per second; 0 is no bound. The machine may run.

        :raises BrokenRuleError: the minimum is above the maximum, or one of them below 0
        :raises NotFoundError: the machine has no such disk
        """
        with self._context("limit a disk"):
            limits = media.check_limits(media.Limits(maximum_iops, minimum_iops))
            media.limit(self._session, self._guid, find_drive(self.list(), which), limits)

    def grow(self, which: Slot | str, size_bytes: int, *, on_progress: JobProgress | None = None) -> Drive:
        """Make a disk larger: while the machine runs if it is a VHDX on SCSI, otherwise while it is off.

        :raises BrokenRuleError: no disk of its format is so large
        :raises ConflictError: it would become smaller, or the machine's state forbids it
        :raises UnsupportedError: a differencing disk in VHD format never grows
        :raises NotFoundError: the machine has no such disk
        """
        with self._context("grow a disk"):
            drive = find_drive(self.list(), which)
            growing.grow(self._session, self._files, self._guid, drive, size_bytes, on_progress)
            return drive

    @contextmanager
    def copied(
        self,
        which: Slot | str | Drive,
        ways: Sequence[Consistency | None] = (None,),
        *,
        timeout_s: float = _COPY_TIMEOUT_S,
        on_progress: JobProgress | None = None,
    ) -> Iterator[WindowsPath]:
        """A copy of a disk for as long as the block lasts: one file that needs no other; the machine goes on.

        Where the machine writes to the disk a checkpoint freezes it, of the first of ``ways`` that can be
        had, and is deleted before the block begins. What a broken copy has left is removed first. A drive
        that was listed just now is not looked for again.

        :raises NotFoundError: the machine has no such disk
        :raises ConflictError: a disk of this machine is being copied already
        :raises UnsupportedError: the machine's settings forbid checkpoints
        :raises JobError: no checkpoint can be taken, or the disk cannot be copied; nothing is left
        """
        with self._context("copy a disk"):
            drive = which if isinstance(which, Drive) else find_drive(self.list(), which)
            if drive.file is None or drive.is_dvd:
                raise NotFoundError("No disk file is in that drive.", target=slot_text(drive.slot))
            copy = DiskCopy(self._session, self._share, self._layout, self._guid)
            disk = WindowsPath.parse(drive.file)
            with copy.of(disk, ways, timeout_s=timeout_s, on_progress=on_progress) as path:
                yield path

    def _context(self, operation: str) -> AbstractContextManager[None]:
        return error_context(host=self._session.host, target=self._guid, operation=operation)
