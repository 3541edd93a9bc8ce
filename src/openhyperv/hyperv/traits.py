"""A host's traits, as far as a request depends on them."""

from __future__ import annotations

from collections.abc import Collection

from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.devices.host_devices import HostDevices
from openhyperv.hyperv.facts import service_settings
from openhyperv.hyperv.gpus.host_gpus import HostGpus
from openhyperv.hyperv.gpus.sharing import has_remotefx
from openhyperv.hyperv.numa.reading import read_nodes
from openhyperv.hyperv.security.guarded_host import is_guarded
from openhyperv.machine.host_traits import HostNumaNode, HostTraits
from openhyperv.machine.pci import PciDevice
from openhyperv.machine.trait import Trait
from openhyperv.wire.wql import select

_CLUSTER = "root/MSCluster"


def read_traits(session: Session, needed: Collection[Trait], machine: str | None = None) -> HostTraits:
    """The traits that are needed; the others are as if the host had nothing special. None needs no request.

    One request each; for NUMA nodes three, and for PCI devices two and one for each device. Those that the
    ``machine`` of that GUID has are free for it, and come first.
    """
    return HostTraits(
        is_guarded=Trait.GUARDED in needed and is_guarded(session),
        is_clustered=Trait.CLUSTERED in needed and is_clustered(session),
        has_remotefx=Trait.REMOTEFX in needed and has_remotefx(session),
        is_gpu_partitioning_available=Trait.GPU_PARTITIONING in needed
        and bool(HostGpus(session).partitionable()),
        numa_nodes=_numa_nodes(session) if Trait.NUMA_NODES in needed else (),
        is_numa_spanning=Trait.NUMA_NODES in needed and _is_spanning(session),
        pci_devices=_pci_devices(session, machine) if Trait.PCI_DEVICES in needed else (),
    )


def is_clustered(session: Session) -> bool:
    """True for a node of a failover cluster: others do not have its namespace. One request."""
    try:
        return next(session.query(select("MSCluster_Cluster", "Name"), _CLUSTER), None) is not None
    except NotFoundError:
        return False


def _numa_nodes(session: Session) -> tuple[HostNumaNode, ...]:
    nodes = read_nodes(session)
    return tuple(HostNumaNode(node.number, node.memory_mb, node.logical_processors) for node in nodes)


def _is_spanning(session: Session) -> bool:
    return service_settings(session).get("NumaSpanningEnabled") is True


def _pci_devices(session: Session, machine: str | None) -> tuple[PciDevice, ...]:
    devices = HostDevices(session).assignable()
    own = [device for device in devices if machine is not None and device.machine == machine]
    return tuple(device.pci_device for device in (*own, *(each for each in devices if each.is_free)))
