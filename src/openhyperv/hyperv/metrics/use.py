"""What was measured. Units: Microsoft, "Measure-VM"."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen


@frozen
class DiskUse:
    """Totals since metering began, and averages: ``operations`` are those of 8 KB in a second."""

    read_mb: int = 0
    written_mb: int = 0
    latency_us: int = 0
    operations: int = 0


@frozen
class NetworkUse:
    """What passed a port while its machine has been running."""

    received_mb: int = 0
    sent_mb: int = 0


@frozen
class MachineUse:
    """One machine: averages of processor and memory, and its disks and adapters all together."""

    guid: str
    processor_mhz: int
    memory_mb: int
    disk: DiskUse
    network: NetworkUse


@frozen
class HostUse:
    """Every metered machine by GUID, its disks by the InstanceID of their settings, its adapters likewise."""

    machines: Mapping[str, MachineUse]
    disks: Mapping[str, DiskUse]
    adapters: Mapping[str, NetworkUse]
