"""Every provider that answers for the host's devices."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.host.host import Host
from openhyperv.emulator.providers.hardware.assignable_service import AssignableDeviceProvider
from openhyperv.emulator.providers.hardware.disk_drives import DiskDriveProvider
from openhyperv.emulator.providers.hardware.gpus import GpuProvider
from openhyperv.emulator.providers.hardware.host_disks import HostDiskProvider
from openhyperv.emulator.providers.hardware.partitionable_gpus import (
    GpuPartitionProvider,
    PartitionableGpuProvider,
)
from openhyperv.emulator.providers.hardware.pci_express import PciExpressProvider
from openhyperv.emulator.providers.hardware.plug_and_play import PlugAndPlayProvider
from openhyperv.emulator.providers.storage.disks import DiskProvider
from openhyperv.emulator.providers.storage.settings import StorageSettingProvider


def hardware_providers(host: Host) -> Iterator[object]:
    """A fresh provider of each kind for a host."""
    yield HostDiskProvider(host)
    yield DiskDriveProvider(host)
    yield PciExpressProvider(host)
    yield AssignableDeviceProvider(host)
    yield PlugAndPlayProvider(host)
    yield GpuProvider(host)
    yield PartitionableGpuProvider(host)
    yield GpuPartitionProvider(host)
    yield DiskProvider(host)
    yield StorageSettingProvider(host)
