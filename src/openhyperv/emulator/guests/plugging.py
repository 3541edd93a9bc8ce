"""Changes to the hardware of a running guest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Condition
from typing import Any

from openhyperv.emulator.disks.running import RunningDisk
from openhyperv.emulator.guests.block_counters import drive_counters
from openhyperv.emulator.guests.board import (
    Board,
    controller_device,
    drive_device,
    drive_id,
    network,
    network_id,
    nic_device,
    nic_id,
)
from openhyperv.emulator.guests.cabling import Cabling
from openhyperv.emulator.guests.counters import DriveCounters, NicCounters
from openhyperv.emulator.guests.descriptors import Sent, opened, set_names
from openhyperv.emulator.guests.drives import Drives, Medium, media_errors
from openhyperv.emulator.guests.machine import Bus, GuestDrive, GuestError, GuestNic
from openhyperv.emulator.guests.monitor import Event, Monitor
from openhyperv.emulator.guests.throttling import limit_operations
from openhyperv.emulator.guests.wiring import Wiring

_UNPLUG_TIMEOUT_S = 60.0
_TRAY_ATTEMPTS = 5
Move = tuple[str, Path, Path]
"""device_id, the file to freeze, and the new leaf."""


class Removals:
    """QEMU's news that the guest has let go of a device."""

    def __init__(self) -> None:
        self._gone: set[str] = set()
        self._is_over = False
        self._changed = Condition()

    def hear(self, event: Event) -> None:
        """Take in one of QEMU's events."""
        if event["event"] == "DEVICE_DELETED" and "device" in event["data"]:
            with self._changed:
                self._gone.add(event["data"]["device"])
                self._changed.notify_all()

    def wait(self, device: str) -> None:
        """Wait until a device is gone.

        :raises GuestError: the guest does not let go of it
        """
        with self._changed:
            self._changed.wait_for(lambda: self._is_over or device in self._gone, _UNPLUG_TIMEOUT_S)
            if device not in self._gone:
                raise GuestError("The guest does not release the device.")
            self._gone.discard(device)

    def end(self) -> None:
        """The guest has ended: nobody need wait any longer."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()


class Plugging:
    """Adds and removes devices. Not thread-safe: the guest calls it under its lock."""

    def __init__(
        self,
        monitor: Monitor,
        board: Board,
        wiring: Wiring,
        drives: Drives,
        removals: Removals,
        cabling: Cabling,
    ) -> None:
        self._monitor = monitor
        self._board = board
        self._wiring = wiring
        self._drives = drives
        self._removals = removals
        self._cabling = cabling
        self._sent = Sent(monitor)

    def drive_counters(self) -> Mapping[str, DriveCounters]:
        """The traffic of every drive with a medium."""
        return drive_counters(self._monitor, self._drives.device_ids())

    def add_drive(self, drive: GuestDrive) -> None:
        """See :meth:`Guest.add_drive`."""
        if drive.bus is not Bus.SCSI:
            raise GuestError("An IDE drive cannot be added while the machine runs.")
        self._add_controller(drive.controller)
        node = self._insert_node(drive, drive.path) if drive.path else None
        try:
            self._monitor.execute("device_add", **drive_device(drive, node, None))
        except GuestError:
            self._drop_medium(drive.device_id)
            raise
        if drive.maximum_iops:
            limit_operations(self._monitor, drive.device_id, drive.maximum_iops)

    def remove_drive(self, device_id: str) -> None:
        """See :meth:`Guest.remove_drive`."""
        self._unplug(drive_id(device_id))
        self._drop_medium(device_id)

    def change_medium(self, drive: GuestDrive, path: Path | None) -> None:
        """See :meth:`Guest.change_medium`; the guest's lock on the tray is overridden, as Hyper-V does."""
        device = drive_id(drive.device_id)
        if self._drives.medium(drive.device_id) is not None:
            self._with_tray_open(device, "blockdev-remove-medium")
            self._drop_medium(drive.device_id)
        if path is not None:
            node = self._insert_node(drive, path)
            self._with_tray_open(device, "blockdev-insert-medium", node_name=node)
        self._monitor.execute("blockdev-close-tray", id=device)

    def _with_tray_open(self, device: str, command: str, **arguments: object) -> None:
        """Open the tray and do it; again when the guest closed the tray in between, as a reset of its bus."""
        for attempt in range(_TRAY_ATTEMPTS):
            self._monitor.execute("blockdev-open-tray", id=device, force=True)
            try:
                self._monitor.execute(command, id=device, **arguments)
            except GuestError:
                if attempt + 1 == _TRAY_ATTEMPTS:
                    raise
            else:
                return

    def resize_drive(self, device_id: str, size_bytes: int) -> None:
        """See :meth:`Guest.resize_drive`."""
        medium, disk = self._drives.disk(device_id)
        with media_errors(disk.leaf):
            disk.resize(size_bytes)
        self._monitor.execute("block_resize", node_name=medium.node, size=size_bytes)

    def checkpoint(self, moves: Sequence[Move]) -> None:
        """See :meth:`Guest.checkpoint`; all disks are frozen in the same instant, or none is."""
        found = [(*self._drives.disk(device_id), leaf) for device_id, _, leaf in moves]
        branched: list[tuple[Medium, RunningDisk, Path, dict[str, Any]]] = []
        try:
            for medium, disk, leaf in found:
                branched.append((medium, disk, leaf, self._branch(disk, leaf)))
            actions = [_snapshot(medium.node, block["node-name"]) for medium, _, _, block in branched]
            self._monitor.execute("transaction", actions=actions)
        except GuestError:
            for _, disk, _, block in branched:
                self._monitor.execute("blockdev-del", node_name=block["node-name"])
                disk.abandon_branch()
            raise
        for medium, disk, leaf, block in branched:
            medium.nodes.append(block["node-name"])
            medium.sets = [*medium.sets, *set_names(block)]
            with media_errors(leaf):
                disk.switch_leaf(leaf)

    def _branch(self, disk: RunningDisk, leaf: Path) -> dict[str, Any]:
        """Open the overlay that later writes go to; undone here when QEMU does not take it."""
        with media_errors(leaf):
            block = opened(disk.branch(leaf, self._drives.new_node()), self._sent)
        try:
            self._monitor.execute("blockdev-add", **block)
        except GuestError:
            disk.abandon_branch()
            raise
        return block

    def add_nic(self, nic: GuestNic) -> None:
        """See :meth:`Guest.add_nic`."""
        place = self._board.nic_place(self._wiring.place_nic(nic.device_id))
        try:
            self._add_network(nic.device_id)
        except GuestError:
            self._forget_nic(nic.device_id)
            raise
        try:
            self._monitor.execute("device_add", **nic_device(nic, place))
        except GuestError:
            self._remove_network(nic.device_id)
            raise
        self.set_link(nic)

    def remove_nic(self, device_id: str) -> None:
        """See :meth:`Guest.remove_nic`."""
        self._unplug(nic_id(device_id))
        self._remove_network(device_id)

    def nic_counters(self) -> Mapping[str, NicCounters]:
        """The traffic of every network card."""
        return self._cabling.counters(list(self._wiring.nics))

    def _add_network(self, device_id: str) -> None:
        cable = self._sent.number(self._cabling.plug(device_id).detach())
        self._monitor.execute("netdev_add", **network(device_id, cable))

    def _remove_network(self, device_id: str) -> None:
        self._monitor.execute("netdev_del", id=network_id(device_id))
        self._forget_nic(device_id)

    def _forget_nic(self, device_id: str) -> None:
        self._cabling.unplug(device_id)
        del self._wiring.nics[device_id]

    def set_link(self, nic: GuestNic) -> None:
        """Plug a card's cable in, or pull it."""
        self._monitor.execute("set_link", name=nic_id(nic.device_id), up=nic.connected)

    def _add_controller(self, number: int) -> None:
        if number not in self._wiring.controllers:
            self._monitor.execute("device_add", **controller_device(self._board, number))
            self._wiring.controllers.add(number)

    def _insert_node(self, drive: GuestDrive, path: Path) -> str:
        block = self._drives.open(drive, path, self._sent)
        try:
            self._monitor.execute("blockdev-add", **block)
        except GuestError:
            self._drives.close(drive.device_id)
            raise
        return str(block["node-name"])

    def _drop_medium(self, device_id: str) -> None:
        medium = self._drives.medium(device_id)
        if medium is not None:
            for node in reversed(medium.nodes):
                self._monitor.execute("blockdev-del", node_name=node)
            self._sent.forget(medium.sets)
            self._drives.close(device_id)

    def _unplug(self, device: str) -> None:
        self._monitor.execute("device_del", id=device)
        self._removals.wait(device)


def _snapshot(node: str, overlay: str) -> dict[str, object]:
    return {"type": "blockdev-snapshot", "data": {"node": node, "overlay": overlay}}
