"""What the host has for instances, as the resource tracker and placement count it."""

from __future__ import annotations

from typing import Any

from nova.objects import fields
from oslo_serialization import jsonutils

from openhyperv.hyperv.statistics import HostStatistics
from openhyperv.machine.host_version import HostVersion
from openhyperv.nova.compute_host import ComputeHost

_GIB = 1024**3
_ARCHITECTURES = {
    0: (fields.Architecture.I686,),
    9: (fields.Architecture.X86_64, fields.Architecture.I686),
    12: (fields.Architecture.AARCH64,),
}
"""What runs on a processor, by Win32_Processor.Architecture."""


def hypervisor_version_of(version: HostVersion) -> int:
    """6003 for 6.3 and 10000 for 10.0, which Nova's filters write as ``6.3`` and ``10.0`` again."""
    return version.major * 1000 + version.minor


def available_resource(compute: ComputeHost) -> dict[str, Any]:
    """The answer of ``get_available_resource``, in seven requests."""
    statistics = compute.host.statistics()
    drive = _drive(statistics, compute)
    used_vcpus = sum(machine.vcpus for machine in compute.instances.all(cached=True).values())
    return {
        "vcpus": statistics.logical_processors,
        "memory_mb": statistics.memory_mb,
        "local_gb": drive[0],
        "vcpus_used": used_vcpus,
        "memory_mb_used": statistics.memory_mb - statistics.free_memory_mb,
        "local_gb_used": drive[0] - drive[1],
        "disk_available_least": drive[1],
        "hypervisor_type": fields.HVType.HYPERV,
        "hypervisor_version": hypervisor_version_of(statistics.version),
        "hypervisor_hostname": compute.name,
        "cpu_info": jsonutils.dumps(_cpu_info(statistics)),
        "supported_instances": [
            (architecture, fields.HVType.HYPERV, fields.VMMode.HVM)
            for architecture in _ARCHITECTURES.get(statistics.sockets[0].architecture, ())
        ],
        "numa_topology": None,
    }


def _drive(statistics: HostStatistics, compute: ComputeHost) -> tuple[int, int]:
    """Size and free space, in GiB, of the drive that instances are on."""
    name = str(compute.host.layout.root)[:2].upper()
    drive = next(each for each in statistics.drives if each.name.upper() == name)
    return drive.size_bytes // _GIB, drive.free_bytes // _GIB


def _cpu_info(statistics: HostStatistics) -> dict[str, Any]:
    first = statistics.sockets[0]
    return {
        "vendor": first.manufacturer,
        "model": first.name,
        "arch": _ARCHITECTURES.get(first.architecture, ("",))[0],
        "features": [],
        "topology": {
            "sockets": len(statistics.sockets),
            "cores": first.cores,
            "threads": first.logical_processors // first.cores,
        },
    }
