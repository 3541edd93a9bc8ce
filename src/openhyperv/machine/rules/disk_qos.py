"""How fast a machine's local disks may be."""

from __future__ import annotations

from openhyperv.machine.drives import ExistingDisk
from openhyperv.machine.host_version import WINDOWS_2012_R2, HostVersion
from openhyperv.machine.properties import Flavor
from openhyperv.machine.remarks import Remarks
from openhyperv.machine.request import DiskRequest
from openhyperv.machine.rules.reading import whole_number
from openhyperv.machine.rules.releases import check_release
from openhyperv.machine.violations import BrokenRuleError, Rule

TOTAL_IOPS = "quota:disk_total_iops_sec"
TOTAL_BYTES = "quota:disk_total_bytes_sec"

_UNIT_BYTES = 8192
"""What Hyper-V counts as one operation (Msvm_StorageAllocationSettingData.IOPSLimit)."""
NUMBERS = range(2**63)


def flavor_iops_of(flavor: Flavor, remarks: Remarks) -> int:
    """What the flavor allows each local disk, in operations of 8 KiB per second; 0 is no limit.

    Operations go before bytes; bytes are rounded down to whole operations, but not below one (usage guide,
    "Disk QoS").

    :raises BrokenRuleError: a value that is no number
    """
    iops = _number(flavor, TOTAL_IOPS)
    bytes_per_second = _number(flavor, TOTAL_BYTES)
    if iops or not bytes_per_second:
        return iops
    units = max(bytes_per_second // _UNIT_BYTES, 1)
    if units * _UNIT_BYTES != bytes_per_second:
        remarks.add(
            f"Disks are limited to {units * _UNIT_BYTES} bytes per second instead of {bytes_per_second}: "
            f"Hyper-V counts operations of {_UNIT_BYTES} bytes."
        )
    return units


def iops_of(disk: DiskRequest, flavor_iops: int, host: HostVersion) -> tuple[int, int]:
    """The most and the least of one disk: its own, or the flavor's for those that are made for the machine.

    :raises BrokenRuleError: a negative number, or the least is above the most
    :raises UnsupportedError: the host is too old
    """
    is_local = not isinstance(disk.source, ExistingDisk)
    default = flavor_iops if is_local else 0
    maximum = default if disk.maximum_iops is None else disk.maximum_iops
    _check_bounds(disk, maximum)
    if maximum or disk.minimum_iops:
        check_release("A limit of a disk's speed", WINDOWS_2012_R2, host, TOTAL_IOPS)
    return maximum, disk.minimum_iops


def _check_bounds(disk: DiskRequest, maximum: int) -> None:
    minimum = disk.minimum_iops
    if maximum < 0 or minimum < 0:
        raise BrokenRuleError(Rule.DISK_LIMIT, disk.name, "Operations per second are not negative.")
    if maximum and minimum > maximum:
        raise BrokenRuleError(
            Rule.DISK_LIMIT,
            disk.name,
            f"{minimum} operations per second at least are more than {maximum} at most.",
        )


def _number(flavor: Flavor, name: str) -> int:
    value = flavor.get(name)
    return 0 if value is None else whole_number(Rule.DISK_LIMIT, name, value, NUMBERS)
