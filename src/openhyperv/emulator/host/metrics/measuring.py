"""From what a device has used in a while to what a metric makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from attrs import field, frozen

from openhyperv.emulator.guests.counters import DriveCounters, NicCounters

_MEGABYTE = 2**20
_MICROSECONDS = 1_000_000


@frozen
class Reading:
    """What one device did in ``seconds``: those that do not concern it stay 0.

    ``memory_mb`` is what the VM has now, 0 while it is off; ``allocation_mb`` is the disk's size.
    """

    seconds: float
    processor_megacycles: float = 0.0
    memory_mb: int = 0
    allocation_mb: int = 0
    drive: DriveCounters = field(factory=DriveCounters)
    nic: NicCounters = field(factory=NicCounters)


@frozen
class Amount:
    """What a reading adds to a meter: averages are the sum of all amounts by the sum of all weights."""

    amount: float
    weight: float = 0.0


Measure: TypeAlias = Callable[[Reading], Amount | None]
"""None where a reading says nothing, such as the least memory of a VM that is off."""


def processor_mhz(reading: Reading) -> Amount:
    """Clock cycles by time."""
    return Amount(reading.processor_megacycles, reading.seconds)


def average_memory(reading: Reading) -> Amount:
    """Memory by time, including that when the VM is off."""
    return Amount(reading.memory_mb * reading.seconds, reading.seconds)


def memory_while_on(reading: Reading) -> Amount | None:
    """Memory of a running VM."""
    return Amount(reading.memory_mb) if reading.memory_mb else None


def disk_size(reading: Reading) -> Amount:
    """The size that a disk can grow to."""
    return Amount(reading.allocation_mb)


def disk_latency(reading: Reading) -> Amount:
    """Microseconds by operation."""
    return Amount(reading.drive.latency_s * _MICROSECONDS, reading.drive.operations)


def disk_throughput(reading: Reading) -> Amount:
    """Normalized operations by time."""
    return Amount(reading.drive.normalized_operations, reading.seconds)


def disk_operations(reading: Reading) -> Amount:
    """Normalized operations."""
    return Amount(reading.drive.normalized_operations)


def disk_read(reading: Reading) -> Amount:
    """Megabytes read."""
    return Amount(reading.drive.read_bytes / _MEGABYTE)


def disk_written(reading: Reading) -> Amount:
    """Megabytes written."""
    return Amount(reading.drive.written_bytes / _MEGABYTE)


def received(reading: Reading) -> Amount:
    """Megabytes that came in."""
    return Amount(reading.nic.received_bytes / _MEGABYTE)


def sent(reading: Reading) -> Amount:
    """Megabytes that went out."""
    return Amount(reading.nic.sent_bytes / _MEGABYTE)
