"""The GPU partition of a machine. Microsoft supports one ("GPU partitioning")."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.hyperv.devices.settings import mmio_values
from openhyperv.hyperv.gpus.settings import GPU_PARTITION_SETTINGS, gpu_partition
from openhyperv.hyperv.gpus.sharing import check_partitioning, read_version
from openhyperv.hyperv.names import SYSTEM_SERVICE, SYSTEM_SETTINGS, setting, system_settings
from openhyperv.hyperv.values import text, texts
from openhyperv.machine.graphics import GpuPartition, GpuShare
from openhyperv.machine.pci import MmioSpace
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import parse_path
from openhyperv.wire.types import Value
from openhyperv.wire.wql import AssociatorsOf

_NO_CLASS = 0x80041010
"""WBEM_E_INVALID_CLASS: the host's release knows no partitions."""


def read_partition(session: Session, guid: str) -> GpuPartition | None:
    """The partition that a machine asks for whenever it starts."""
    row = _row(session, guid)
    return None if row is None else _partition(row)


def add_partition(session: Session, guid: str, partition: GpuPartition, mmio: MmioSpace | None) -> None:
    """Give a machine its partition, and address space for it."""
    check_partitioning(session, read_version(session))
    present = read_partition(session, guid)
    if present not in (None, partition):
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
        arguments = {
            "AffectedConfiguration": system_settings(guid),
            "ResourceSettings": [instance_to_text(gpu_partition(partition), session.schema)],
        }
        session.run(SYSTEM_SERVICE, "AddResourceSettings", arguments, target=guid)


def remove_partition(session: Session, guid: str) -> bool:
    """Take a machine's partition away; False where it had none."""
    row = _row(session, guid)
    if row is None:
        return False
    path = setting(GPU_PARTITION_SETTINGS, text(row, "InstanceID"))
    session.run(SYSTEM_SERVICE, "RemoveResourceSettings", {"ResourceSettings": [path]}, target=guid)
    return True


def _row(session: Session, guid: str) -> Instance | None:
    query = AssociatorsOf(
        system_settings(guid),
        association_class="Msvm_VirtualSystemSettingDataComponent",
        result_class=GPU_PARTITION_SETTINGS,
    )
    try:
        return next(session.query(query), None)
    except NotFoundError as error:
        if error.code != _NO_CLASS:
            raise
        return None


def _partition(row: Instance) -> GpuPartition:
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
