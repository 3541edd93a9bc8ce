"""Which facts about a host a request depends on, so that nothing else need be read."""

from __future__ import annotations

from enum import StrEnum

from openhyperv.machine.host_version import WINDOWS_2016, WINDOWS_2019, WINDOWS_2025, HostVersion
from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.rules import gpu_partitions, nested, numa, pci_devices, remotefx, security
from openhyperv.machine.rules.shielding_data import PDK_REFERENCE


class Trait(StrEnum):
    """A fact about a host, as :class:`openhyperv.machine.host_traits.HostTraits` has them."""

    GUARDED = "guarded"
    CLUSTERED = "clustered"
    REMOTEFX = "remotefx"
    GPU_PARTITIONING = "gpu partitioning"
    NUMA_NODES = "NUMA nodes"
    PCI_DEVICES = "PCI devices"


_NAMES = {
    Trait.GUARDED: (security.SHIELDED, PDK_REFERENCE),
    Trait.CLUSTERED: (nested.IMAGE_PROPERTY,),
    Trait.REMOTEFX: (remotefx.RESOLUTION,),
    Trait.GPU_PARTITIONING: (gpu_partitions.PARTITIONS,),
    Trait.NUMA_NODES: (f"hw_{numa.NODES}",),
    Trait.PCI_DEVICES: (pci_devices.ALIAS,),
}
_RELEASES = {
    Trait.GUARDED: (WINDOWS_2016, None),
    Trait.CLUSTERED: (WINDOWS_2016, None),
    Trait.REMOTEFX: (HostVersion(0, 0), WINDOWS_2019),
    Trait.GPU_PARTITIONING: (WINDOWS_2025, None),
    Trait.NUMA_NODES: (HostVersion(0, 0), None),
    Trait.PCI_DEVICES: (WINDOWS_2016, None),
}


def traits_needed(image: ImageProperties, flavor: Flavor, host: HostVersion) -> frozenset[Trait]:
    """What the rules look at for these properties; nothing that they refuse by the host's release alone."""
    given = {name.replace("hw:", "hw_", 1) for name in (*image.values, *flavor.extra_specs)}
    return frozenset(
        trait for trait, names in _NAMES.items() if given.intersection(names) and _may_matter(trait, host)
    )


def _may_matter(trait: Trait, host: HostVersion) -> bool:
    since, until = _RELEASES[trait]
    return host >= since and (until is None or host < until)
