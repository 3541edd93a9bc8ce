"""The host's inventory for placement."""

from __future__ import annotations

import nova.conf
import os_resource_classes as orc
from nova.compute.provider_tree import ProviderTree
from nova.virt.driver import ComputeDriver

from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.resources import available_resource

CONF = nova.conf.CONF


def update_provider_tree(compute: ComputeHost, tree: ProviderTree, node: str) -> None:
    """Say what the host has of processors, memory and disk."""
    resource = available_resource(compute)
    totals = {
        orc.VCPU: (resource["vcpus"], CONF.reserved_host_cpus),
        orc.MEMORY_MB: (resource["memory_mb"], CONF.reserved_host_memory_mb),
        orc.DISK_GB: (resource["local_gb"], ComputeDriver._get_reserved_host_disk_gb_from_config()),  # noqa: SLF001  for drivers
    }
    present = tree.data(node).inventory
    ratios = ComputeDriver._get_allocation_ratios(present)  # noqa: SLF001  for drivers
    tree.update_inventory(
        node,
        {
            name: {
                "total": total,
                "min_unit": 1,
                "max_unit": total,
                "step_size": 1,
                "allocation_ratio": ratios[name],
                "reserved": reserved,
            }
            for name, (total, reserved) in totals.items()
            if total
        },
    )
