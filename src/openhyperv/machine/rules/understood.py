"""Which image properties and extra specs a rule reads; whatever else asks for hardware is refused."""

from __future__ import annotations

from openhyperv.machine.rules import (
    disk_qos,
    drives,
    dynamic_memory,
    generation,
    gpu_partitions,
    lifecycle,
    mmio,
    nested,
    numa,
    numa_cells,
    pci_devices,
    processors,
    remotefx,
    secure_boot,
    security,
)

_BY_IMAGE = frozenset(
    {
        generation.MACHINE_TYPE,
        generation.FIRMWARE_TYPE,
        drives.DISK_BUS,
        drives.CDROM_BUS,
        nested.IMAGE_PROPERTY,
        f"hw_{numa.NODES}",
        f"hw_{processors.HIDE_HYPERVISOR}",
        f"hw_{security.TPM_VERSION}",
    }
)
_BY_FLAVOR = frozenset(
    {
        secure_boot.EXTRA_SPEC,
        secure_boot.TEMPLATE,
        nested.EXTRA_SPEC,
        f"hw:{numa.NODES}",
        f"hw:{processors.HIDE_HYPERVISOR}",
        f"hw:{security.TPM_VERSION}",
        processors.LIMIT_FEATURES,
        dynamic_memory.RATIO,
        dynamic_memory.MINIMUM,
        dynamic_memory.STARTUP,
        dynamic_memory.BUFFER,
        dynamic_memory.WEIGHT,
        disk_qos.TOTAL_IOPS,
        disk_qos.TOTAL_BYTES,
        remotefx.RESOLUTION,
        remotefx.MONITORS,
        remotefx.VRAM,
        gpu_partitions.PARTITIONS,
        gpu_partitions.VRAM,
        gpu_partitions.GPU,
        pci_devices.ALIAS,
        mmio.LOW,
        mmio.HIGH,
        lifecycle.STOP_ACTION,
        lifecycle.CHECKPOINTS,
    }
)


def is_read_of_image(name: str) -> bool:
    """True for a property that some rule reads."""
    return name in _BY_IMAGE or name.startswith(tuple(f"hw_{kind}" for kind in numa_cells.KINDS))


def is_read_of_flavor(name: str) -> bool:
    """True for an extra spec that some rule reads."""
    return name in _BY_FLAVOR or name.startswith(tuple(f"hw:{kind}" for kind in numa_cells.KINDS))
