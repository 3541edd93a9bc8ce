"""What a host has beyond its version, as far as it decides what a machine may be."""

from __future__ import annotations

from attrs import frozen

from openhyperv.machine.pci import PciDevice


@frozen
class HostNumaNode:
    """A NUMA node of the host: all of its memory, and its logical processors."""

    number: int
    memory_mb: int
    processors: int


@frozen(kw_only=True)
class HostTraits:
    """Facts about a host; the defaults are those of one that has nothing special.

    - ``is_guarded``: a Host Guardian Service attested it, so that it may run shielded machines
    - ``is_clustered``: it is a node of a failover cluster
    - ``has_remotefx``: the role Remote Desktop Virtualization Host is installed
    - ``is_gpu_partitioning_available``: it has a GPU that can be partitioned
    - ``numa_nodes``: empty where nobody looked
    - ``is_numa_spanning``: a node of a machine may lie on several of these
    - ``pci_devices``: what may be assigned and is free; those that are taken first come first
    """

    is_guarded: bool = False
    is_clustered: bool = False
    has_remotefx: bool = False
    is_gpu_partitioning_available: bool = False
    numa_nodes: tuple[HostNumaNode, ...] = ()
    is_numa_spanning: bool = False
    pci_devices: tuple[PciDevice, ...] = ()
