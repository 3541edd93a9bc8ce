"""The physical disks that Windows has found, and what the administrator made of each."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any

from attrs import define

from openhyperv.emulator.disks.kinds import DiskFormat, DiskSpec, DiskType
from openhyperv.emulator.disks.making import create
from openhyperv.emulator.host.hardware.disks import BusType, PhysicalDisk


class SanPolicy(IntEnum):
    """MSFT_StorageSetting.NewDiskPolicy: what becomes of a disk that is seen for the first time."""

    ONLINE_ALL = 1
    OFFLINE_SHARED = 2
    OFFLINE_ALL = 3
    OFFLINE_INTERNAL = 4

    def takes_offline(self, disk: PhysicalDisk) -> bool:
        """True where a new disk stays offline and read-only; Windows keeps the disk it runs from online."""
        if disk.is_boot or self is SanPolicy.ONLINE_ALL:
            return False
        return self is SanPolicy.OFFLINE_ALL or disk.bus.is_shared == (self is SanPolicy.OFFLINE_SHARED)


@define(eq=False)
class KnownDisk:
    """A disk as Windows has it: ``hardware`` is what was read when it was last looked at."""

    hardware: PhysicalDisk
    is_offline: bool
    is_read_only: bool

    @property
    def number(self) -> int:
        """The number in its Windows name."""
        return self.hardware.number

    @property
    def name(self) -> str:
        """What Windows programs open it by; Win32_DiskDrive.DeviceID."""
        return f"\\\\.\\PHYSICALDRIVE{self.number}"


class KnownDisks:
    """Every disk that Windows knows, kept in a private folder. Use it under the host's lock.

    What is plugged in later is known after a :meth:`rescan`, as on Windows.
    """

    def __init__(self, folder: Path, disks: Iterable[PhysicalDisk]) -> None:
        self._folder = folder
        self._file = folder / "disks.json"
        self._plugged = {disk.device_path: disk for disk in disks}
        self._known: dict[str, KnownDisk] = {}
        kept = json.loads(self._file.read_text("utf-8")) if self._file.exists() else {}
        # the default of Windows Server Datacenter (Microsoft, "san" of diskpart)
        self._policy = SanPolicy(kept.get("policy", SanPolicy.OFFLINE_SHARED))
        self._remembered: dict[str, Any] = kept.get("disks", {})
        self._discover()

    def __iter__(self) -> Iterator[KnownDisk]:
        return iter(sorted(self._known.values(), key=lambda disk: disk.number))

    def find(self, number: int) -> KnownDisk | None:
        """The disk of that number."""
        return next((disk for disk in self if disk.number == number), None)

    @property
    def policy(self) -> SanPolicy:
        """What becomes of new disks."""
        return self._policy

    @policy.setter
    def policy(self, policy: SanPolicy) -> None:
        self._policy = policy
        self._keep()

    def set_offline(self, disk: KnownDisk, offline: bool) -> None:
        """Take a disk offline or bring it online."""
        disk.is_offline = offline
        self._keep()

    def set_read_only(self, disk: KnownDisk, read_only: bool) -> None:
        """Forbid or allow writing to a disk."""
        disk.is_read_only = read_only
        self._keep()

    def plug(self, disk: PhysicalDisk) -> None:
        """Connect a disk to the host, or grow one that is there; Windows sees it when it looks."""
        self._plugged[disk.device_path] = disk

    def unplug(self, number: int) -> None:
        """Take a disk from the host."""
        self._plugged = {path: disk for path, disk in self._plugged.items() if disk.number != number}

    def free_number(self) -> int:
        """The lowest number that no disk has."""
        taken = {disk.number for disk in (*self._plugged.values(), *(known.hardware for known in self))}
        return next(number for number in range(len(taken) + 1) if number not in taken)

    def attach(self, disk: PhysicalDisk) -> KnownDisk:
        """Connect a disk that Windows made itself, so that it knows it at once."""
        self.plug(disk)
        known = self._known[disk.device_path] = self._discovered(disk, {})
        return known

    def detach(self, disk: KnownDisk) -> None:
        """Take such a disk away again."""
        self.unplug(disk.number)
        del self._known[disk.hardware.device_path]

    def refresh(self, disk: KnownDisk) -> None:
        """Look at one disk again."""
        disk.hardware = self._plugged.get(disk.hardware.device_path, disk.hardware)

    def rescan(self) -> None:
        """Find what was plugged in, and notice what is gone."""
        self._known = {path: disk for path, disk in self._known.items() if path in self._plugged}
        for disk in self._known.values():
            self.refresh(disk)
        self._discover()

    def _discover(self) -> None:
        for path, disk in self._plugged.items():
            if path not in self._known:
                self._known[path] = self._discovered(disk, self._remembered.get(path, {}))
        self._keep()

    def _discovered(self, disk: PhysicalDisk, remembered: dict[str, bool]) -> KnownDisk:
        by_policy = self.policy.takes_offline(disk)
        offline = by_policy if disk.is_offline is None else disk.is_offline
        read_only = by_policy if disk.is_read_only is None else disk.is_read_only
        return KnownDisk(disk, remembered.get("offline", offline), remembered.get("read_only", read_only))

    def _keep(self) -> None:
        """Write everything down; a crash leaves the old or the new. Disks that come back are as they were."""
        lasting = {p: d for p, d in self._known.items() if d.hardware.bus is not BusType.FILE_BACKED_VIRTUAL}
        for path, disk in lasting.items():
            self._remembered[path] = {"offline": disk.is_offline, "read_only": disk.is_read_only}
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self._file.with_suffix(".new")
        temporary.write_text(json.dumps({"policy": int(self._policy), "disks": self._remembered}), "utf-8")
        temporary.replace(self._file)

    def contents(self, disk: KnownDisk) -> Path:
        """The local file with what is on a disk, for guests; two ways to one disk lead to one file."""
        path = self._folder / f"{disk.hardware.unique_id}.vhdx"
        if not path.exists():
            create(path, DiskSpec(DiskFormat.VHDX, DiskType.DYNAMIC, size_bytes=disk.hardware.size_bytes))
        return path

    def owner_of(self, contents: Path) -> KnownDisk | None:
        """The disk whose contents are in a local file."""
        if contents.parent != self._folder:
            return None
        return next((disk for disk in self if disk.hardware.unique_id == contents.stem), None)
