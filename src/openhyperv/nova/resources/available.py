"""The answer of ``get_available_resource``, from a reading of the host."""

from __future__ import annotations

from typing import Any

from nova.objects import fields
from oslo_serialization import jsonutils

from openhyperv.machine.host_version import HostVersion
from openhyperv.nova.resources.numa_topology import numa_topology_of
from openhyperv.nova.resources.pci_devices import pci_device_of
from openhyperv.nova.resources.processors import architectures_of, cpu_info_of
from openhyperv.nova.resources.reading import HostReading

_GIB = 1024**3


def hypervisor_version_of(version: HostVersion) -> int:
    """6003 for 6.3 and 10000 for 10.0, which Nova's filters write as ``6.3`` and ``10.0`` again.

    Releases since 2016 are all 10.0, as the property ``hypervisor_version_requires`` counts: the build has no
    room in a number whose parts end at 999. Traits tell them apart.
    """
    return version.major * 1000 + version.minor


def available_resource(node: str, reading: HostReading) -> dict[str, Any]:
    """What the node has. The vCPUs in use are none: the resource tracker counts instances itself."""
    space, hardware = reading.space, reading.steady.hardware
    size_gb, free_gb = reading.drive.size_bytes // _GIB, reading.drive.free_bytes // _GIB
    return {
        "vcpus": hardware.logical_processors,
        "memory_mb": space.memory_mb,
        "local_gb": size_gb,
        "vcpus_used": 0,
        "memory_mb_used": space.memory_mb - space.free_memory_mb,
        "local_gb_used": size_gb - free_gb,
        "disk_available_least": free_gb,
        "hypervisor_type": fields.HVType.HYPERV,
        "hypervisor_version": hypervisor_version_of(space.version),
        "hypervisor_hostname": node,
        "cpu_info": jsonutils.dumps(cpu_info_of(hardware.sockets, space.version)),
        "supported_instances": [
            (architecture, fields.HVType.HYPERV, fields.VMMode.HVM)
            for architecture in architectures_of(hardware.sockets)
        ],
        "numa_topology": numa_topology_of(hardware)._to_json(),  # noqa: SLF001  as Nova's own drivers do
        "pci_passthrough_devices": jsonutils.dumps(
            [pci_device_of(device.pci_device) for device in reading.steady.pci_devices]
            + list(reading.steady.virtual_functions)
        ),
    }
