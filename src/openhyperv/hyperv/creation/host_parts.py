"""What a new machine gets of its host's devices: PCI devices, GPU partitions, a RemoteFX display."""

from __future__ import annotations

from attrs import evolve

from openhyperv.cim.session import Session
from openhyperv.hyperv.devices.claiming import claim
from openhyperv.hyperv.devices.settings import pci_express_port
from openhyperv.hyperv.gpus.host_gpus import HostGpus
from openhyperv.hyperv.gpus.settings import gpu_partition, remotefx_display
from openhyperv.machine.graphics import GpuPartition
from openhyperv.machine.spec import MachineSpec
from openhyperv.wire.instance import Instance


def host_parts(session: Session, spec: MachineSpec) -> list[Instance]:
    """Settings to add for all of it, found before anything is made; no request where nothing is asked for.

    For PCI devices two queries, and one request for each device that may be at one of the addresses; one
    query for a GPU that is named.

    :raises NotFoundError: no such device is dismounted from the host, or there is no such GPU
    :raises ConflictError: another machine has the device
    """
    parts = [pci_express_port(device.path) for device in claim(session, spec.pci_devices)]
    parts += [gpu_partition(with_path(session, partition)) for partition in spec.gpu_partitions]
    if spec.graphics is not None:
        parts.append(remotefx_display(spec.graphics))
    return parts


def with_path(session: Session, partition: GpuPartition) -> GpuPartition:
    """The partition with the whole device path of the GPU, which may be named by a part of it."""
    if partition.gpu is None:
        return partition
    return evolve(partition, gpu=HostGpus(session).find(partition.gpu).name)
