"""Settings of machines that share GPUs. Pure: nothing is sent here."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.hyperv.names import resource_id
from openhyperv.machine.graphics import GpuPartition, GpuShare, RemoteFx
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

PARTITIONABLE_GPU = "Msvm_PartitionableGpu"
GPU_PARTITION_SETTINGS = "Msvm_GpuPartitionSettingData"
DISPLAY_SETTINGS = "Msvm_SyntheticDisplayControllerSettingData"
DISPLAY_3D_SETTINGS = "Msvm_Synthetic3DDisplayControllerSettingData"
RESOURCE_SETTINGS = "Msvm_ResourceAllocationSettingData"

DISPLAY_SUBTYPE = "Microsoft:Hyper-V:Synthetic Display Controller"
DISPLAY_3D_SUBTYPE = "Microsoft:Hyper-V:Synthetic 3D Display Controller"
S3_SUBTYPE = "Microsoft:Hyper-V:S3 Display Controller"

_DISPLAY_TYPE, _PARTITION_TYPE = 24, 32770
_SYNTHETIC_DISPLAY = "F3CF6965-E8D3-44A9-9B7D-A04245EA7525"
_S3_DISPLAY = "7D80D3DB-61EE-4879-8879-5609F1100AD0"
_S3_ADDRESS, _S3_ADDRESS_FOR_REMOTEFX = "5353,00000000,00", "02C1,00000000,01"
"""What the emulated display of generation 1 says that it is; os-win writes the same two."""
_MIB = 1 << 20


def gpu_path(name: str) -> ObjectPath:
    """A partitionable GPU by its device path."""
    return ObjectPath(PARTITIONABLE_GPU, {"CreationClassName": PARTITIONABLE_GPU, "Name": name})


def gpu_partition(partition: GpuPartition) -> Instance:
    """What a machine gets of a GPU; what is left out is left to the host."""
    values: dict[str, Value] = {
        "ResourceType": _PARTITION_TYPE,
        "ResourceSubType": "Microsoft:Hyper-V:GPU Partition",
    }
    if partition.gpu is not None:
        values["HostResource"] = [str(gpu_path(partition.gpu).on("."))]
    for resource, share in _shares(partition):
        if share is not None:
            values[f"MinPartition{resource}"] = share.minimum
            values[f"MaxPartition{resource}"] = share.maximum
            values[f"OptimalPartition{resource}"] = share.optimal
    return Instance(GPU_PARTITION_SETTINGS, values)


def _shares(partition: GpuPartition) -> Iterator[tuple[str, GpuShare | None]]:
    yield "VRAM", partition.vram
    yield "Encode", partition.encode
    yield "Decode", partition.decode
    yield "Compute", partition.compute


def remotefx_display(display: RemoteFx) -> Instance:
    """The display that takes the place of the plain one; hosts before 2016 know no size of video memory."""
    values: dict[str, Value] = {
        "ResourceType": _DISPLAY_TYPE,
        "ResourceSubType": DISPLAY_3D_SUBTYPE,
        "MaximumMonitors": display.monitors,
        "MaximumScreenResolution": display.resolution.value,
    }
    if display.vram_mb is not None:
        values["VRAMSizeBytes"] = display.vram_mb * _MIB
    return Instance(DISPLAY_3D_SETTINGS, values)


def plain_display(*, is_2016: bool) -> Instance:
    """The display that every machine is born with; it has a class of its own since 2016."""
    values: dict[str, Value] = {"ResourceType": _DISPLAY_TYPE, "ResourceSubType": DISPLAY_SUBTYPE}
    return Instance(DISPLAY_SETTINGS if is_2016 else RESOURCE_SETTINGS, values)


def plain_display_path(guid: str, *, is_2016: bool) -> ObjectPath:
    """The plain display of a machine, to be removed before a RemoteFX display comes."""
    class_name = DISPLAY_SETTINGS if is_2016 else RESOURCE_SETTINGS
    return ObjectPath(class_name, {"InstanceID": resource_id(guid, _SYNTHETIC_DISPLAY)})


def s3_display(guid: str, *, has_remotefx: bool) -> Instance:
    """The emulated display of a generation 1 machine, which says what stands beside it."""
    values: dict[str, Value] = {
        "InstanceID": resource_id(guid, _S3_DISPLAY),
        "Address": _S3_ADDRESS_FOR_REMOTEFX if has_remotefx else _S3_ADDRESS,
    }
    return Instance(RESOURCE_SETTINGS, values)
