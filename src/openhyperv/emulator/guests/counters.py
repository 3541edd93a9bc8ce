"""What a guest has used since it began to run, and the model of what one uses that is states only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Self

from attrs import field, frozen

_UNIT_BYTES = 8192
"""Microsoft counts I/O in units of 8 KB, and rounds each operation up (Microsoft, "Hyper-V storage QoS")."""


@frozen
class DriveCounters:
    """One drive's traffic; ``latency_s`` is what all its operations took together."""

    read_bytes: int = 0
    written_bytes: int = 0
    operations: int = 0
    latency_s: float = 0.0

    @property
    def normalized_operations(self) -> int:
        """Operations in Microsoft's units, as far as sums can tell."""
        units = -(-(self.read_bytes + self.written_bytes) // _UNIT_BYTES)
        return max(self.operations, units)

    def since(self, before: Self) -> Self:
        """What was added; everything, for a drive that has begun to count anew."""
        if before.operations > self.operations:
            return self
        return type(self)(
            self.read_bytes - before.read_bytes,
            self.written_bytes - before.written_bytes,
            self.operations - before.operations,
            self.latency_s - before.latency_s,
        )


@frozen
class NicCounters:
    """One network card's traffic; ``metered_bytes`` are those of each metering rule of its port, if known."""

    received_bytes: int = 0
    sent_bytes: int = 0
    metered_bytes: Mapping[str, int] | None = None

    def since(self, before: Self) -> Self:
        """What was added."""
        return type(self)(
            self.received_bytes - before.received_bytes,
            self.sent_bytes - before.sent_bytes,
            self._metered_since(before.metered_bytes or {}),
        )

    def _metered_since(self, before: Mapping[str, int]) -> Mapping[str, int] | None:
        """A rule that was replaced meanwhile has begun to count anew."""
        if self.metered_bytes is None:
            return None
        counts = self.metered_bytes.items()
        return {
            name: count - before[name] if count >= before.get(name, count + 1) else count
            for name, count in counts
        }


@frozen
class GuestCounters:
    """Everything that only grows while a guest runs. Drives and cards are named by their device_id."""

    processor_s: float = 0.0
    drives: Mapping[str, DriveCounters] = field(factory=dict)
    nics: Mapping[str, NicCounters] = field(factory=dict)

    def since(self, before: Self) -> Self:
        """What was added since the same guest was last asked."""
        no_drive, no_nic = DriveCounters(), NicCounters()
        return type(self)(
            self.processor_s - before.processor_s,
            {name: drive.since(before.drives.get(name, no_drive)) for name, drive in self.drives.items()},
            {name: nic.since(before.nics.get(name, no_nic)) for name, nic in self.nics.items()},
        )


BUSY_SHARE = 0.1
READ_BYTES_PER_S = 8 * 2**20
WRITTEN_BYTES_PER_S = 4 * 2**20
OPERATIONS_PER_S = 200
LATENCY_S = 0.002
RECEIVED_BYTES_PER_S = 4 * 2**20
SENT_BYTES_PER_S = 2 * 2**20
"""The load of a guest that is states only: the same at any time, per processor, drive and card."""


def modelled_counters(
    running_s: float, vcpus: int, drives: Iterable[str], nics: Iterable[str]
) -> GuestCounters:
    """What a guest without a machine would have used after running for that long."""
    operations = int(running_s * OPERATIONS_PER_S)
    drive = DriveCounters(
        read_bytes=int(running_s * READ_BYTES_PER_S),
        written_bytes=int(running_s * WRITTEN_BYTES_PER_S),
        operations=operations,
        latency_s=operations * LATENCY_S,
    )
    nic = NicCounters(int(running_s * RECEIVED_BYTES_PER_S), int(running_s * SENT_BYTES_PER_S))
    return GuestCounters(
        running_s * vcpus * BUSY_SHARE, dict.fromkeys(drives, drive), dict.fromkeys(nics, nic)
    )
