"""Limits on the operations of a guest's disks."""

from __future__ import annotations

from openhyperv.emulator.guests.board import drive_id
from openhyperv.emulator.guests.monitor import Monitor

_UNIT_BYTES = 8192


def limit_operations(monitor: Monitor, device_id: str, maximum_iops: int) -> None:
    """Let a disk do so many operations per second; 0 is no limit.

    They are counted in units of 8 KB as Hyper-V does, larger ones as several (Microsoft, "Hyper-V storage
    QoS"). The limit is on the device, not on a block node, so that checkpoints and merges do not see it.

    :raises GuestError: there is no such disk
    """
    rates = dict.fromkeys(("bps", "bps_rd", "bps_wr", "iops_rd", "iops_wr"), 0)
    unit = {"iops_size": _UNIT_BYTES} if maximum_iops else {}
    arguments = {"id": drive_id(device_id), **rates, "iops": maximum_iops, **unit}
    monitor.execute_as_spelled("block_set_io_throttle", arguments)
