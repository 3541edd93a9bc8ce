"""Partitions of the host's GPUs."""

from __future__ import annotations

from openhyperv.errors import UnsupportedError
from openhyperv.machine.graphics import GpuPartition, GpuShare
from openhyperv.machine.host_version import WINDOWS_2019, WINDOWS_2025, HostVersion
from openhyperv.machine.properties import Flavor
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.rules.reading import whole_number
from openhyperv.machine.violations import BrokenRuleError, Rule

PARTITIONS = "resources:VGPU"
VRAM = "hyperv:gpu_vram_mb"
GPU = "hyperv:gpu"

COUNTS = range(2)
"""Microsoft supports one partition for a machine ("GPU partitioning")."""
VRAM_MB = range(1, 2**22)
_MIB = 1024**2


def gpu_partitions_of(request: MachineRequest) -> tuple[GpuPartition, ...]:
    """The partition that ``resources:VGPU=1`` asks for, as large as the host makes them by default.

    ``hyperv:gpu_vram_mb`` asks for video memory, ``hyperv:gpu`` for one GPU of the host by its name.

    :raises BrokenRuleError: a value that is no number, or details of a partition that is not asked for
    :raises UnsupportedError: the host cannot partition GPUs
    """
    flavor = request.flavor
    count = whole_number(Rule.GPU_PARTITION, PARTITIONS, flavor.get(PARTITIONS) or "0", COUNTS)
    if not count:
        _refuse_details(flavor)
        return ()
    _check_release(request.host)
    if not request.traits.is_gpu_partitioning_available:
        raise UnsupportedError(
            "The host has no GPU that it can partition.",
            target=PARTITIONS,
            remedy="Install the GPU's driver for partitioning (hv host gpu), or use another host.",
        )
    return (GpuPartition(gpu=flavor.get(GPU), vram=_vram(flavor)),) * count


def _refuse_details(flavor: Flavor) -> None:
    for name in (VRAM, GPU):
        if flavor.get(name) is not None:
            raise BrokenRuleError(Rule.GPU_PARTITION, name, f"{name} needs {PARTITIONS}=1 beside it.")


def _check_release(host: HostVersion) -> None:
    if host >= WINDOWS_2025:
        return
    instead = (
        "Use a newer host, or a GPU of its own (pci_passthrough:alias)."
        if host >= WINDOWS_2019
        else "Use a newer host, or RemoteFX (os:resolution)."
    )
    raise UnsupportedError(
        f"Partitions of GPUs need Windows Server 2025; this host is {host}.",
        target=PARTITIONS,
        remedy=instead,
    )


def _vram(flavor: Flavor) -> GpuShare | None:
    value = flavor.get(VRAM)
    if value is None:
        return None
    size_bytes = whole_number(Rule.GPU_PARTITION, VRAM, value, VRAM_MB) * _MIB
    return GpuShare(size_bytes, size_bytes, size_bytes)
