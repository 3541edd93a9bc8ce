"""The physical side of an emulated host: what it is built of, and what Windows remembers about it."""

from openhyperv.emulator.host.hardware.adapters import NetworkAdapter, Offload, adapters_for
from openhyperv.emulator.host.hardware.disks import BusType, PhysicalDisk, UniqueIdFormat
from openhyperv.emulator.host.hardware.gpus import Gpu
from openhyperv.emulator.host.hardware.hardware import Hardware, default_hardware
from openhyperv.emulator.host.hardware.partitionable_gpus import PartitionableGpu
from openhyperv.emulator.host.hardware.pci import PciDevice

__all__ = [
    "BusType",
    "Gpu",
    "Hardware",
    "NetworkAdapter",
    "Offload",
    "PartitionableGpu",
    "PciDevice",
    "PhysicalDisk",
    "UniqueIdFormat",
    "adapters_for",
    "default_hardware",
]
