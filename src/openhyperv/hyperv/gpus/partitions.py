"""The GPU partition of a machine. Microsoft supports one ("GPU partitioning")."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError
from openhyperv.hyperv.components import device_settings
from openhyperv.hyperv.device_changes import add_devices, remove_devices
from openhyperv.hyperv.devices.settings import mmio_values
from openhyperv.hyperv.facts import host_version
from openhyperv.hyperv.gpus.settings import GPU_PARTITION_SETTINGS, gpu_partition
from openhyperv.hyperv.gpus.sharing import check_partitioning
from openhyperv.hyperv.names import SYSTEM_SERVICE, SYSTEM_SETTINGS, setting
from openhyperv.hyperv.values import text, texts
from openhyperv.machine.graphics import GpuPartition, GpuShare
from openhyperv.machine.pci import MmioSpace
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import parse_path
from openhyperv.wire.types import Value


def read_partition(session: Session, guid: str) -> GpuPartition | None:
    """The partition that a machine asks for whenever it starts."""
    row = _row(session, guid)
    return None if row is None else partition_of(row)


def add_partition(session: Session, guid: str, partition: GpuPartition, mmio: MmioSpace | None) -> None:
    """Give a machine its partition, and address space for it."""
    check_partitioning(session, host_version(session))
    present = read_partition(session, guid)
    if present is not None and not is_as_asked(present, partition):
        raise ConflictError(
            "The machine has another GPU partition already, and can have one.",
            host=session.host,
            target=guid,
            remedy="Take that away first.",
        )
    if mmio is not None:
        change = Instance(SYSTEM_SETTINGS, {"InstanceID": f"Microsoft:{guid}", **mmio_values(mmio)})
        arguments: dict[str, Value] = {"SystemSettings": instance_to_text(change, session.schema)}
        session.run(SYSTEM_SERVICE, "ModifySystemSettings", arguments, target=guid)
    if present is None:
        add_devices(session, guid, [gpu_partition(partition)])


def remove_partition(session: Session, guid: str) -> bool:
    """Take a machine's partition away; False where it had none."""
    row = _row(session, guid)
    if row is None:
        return False
    remove_devices(session, guid, [setting(GPU_PARTITION_SETTINGS, text(row, "InstanceID"))])
    return True


def _row(session: Session, guid: str) -> Instance | None:
    rows = device_settings(session, guid)
    return next((row for row in rows if row.class_name == GPU_PARTITION_SETTINGS), None)


def is_as_asked(present: GpuPartition, wanted: GpuPartition) -> bool:
    """True where a partition has what is asked for; what is not said may be as the host has filled it in."""
    return all(
        asked is None or asked == has
        for asked, has in (
            (wanted.gpu and wanted.gpu.lower(), present.gpu and present.gpu.lower()),
            (wanted.vram, present.vram),
            (wanted.encode, present.encode),
            (wanted.decode, present.decode),
            (wanted.compute, present.compute),
        )
    )


def partition_of(row: Instance) -> GpuPartition:
    """What a machine's setting asks for."""
    resources = [resource for resource in texts(row, "HostResource") if resource]
    return GpuPartition(
        gpu=str(parse_path(resources[0]).key("Name")) if resources else None,
        vram=_share(row, "VRAM"),
        encode=_share(row, "Encode"),
        decode=_share(row, "Decode"),
        compute=_share(row, "Compute"),
    )


def _share(row: Instance, resource: str) -> GpuShare | None:
    amounts = [row.get(f"{bound}Partition{resource}") for bound in ("Min", "Max", "Optimal")]
    given = [amount for amount in amounts if isinstance(amount, int)]
    return GpuShare(*given) if len(given) == len(amounts) else None
