"""What a guest gets of the host's GPUs."""

from __future__ import annotations

from enum import IntEnum

from attrs import frozen


class Resolution(IntEnum):
    """The largest screen of RemoteFX.

    Values of Msvm_Synthetic3DDisplayControllerSettingData.MaximumScreenResolution.
    """

    R1024X768 = 0
    R1280X1024 = 1
    R1600X1200 = 2
    R1920X1200 = 3
    R2560X1600 = 4
    R3840X2160 = 5

    @property
    def label(self) -> str:
        """As an extra spec writes it, such as ``1024x768``."""
        return self.name.removeprefix("R").lower()


@frozen
class RemoteFx:
    """A RemoteFX display; ``vram_mb`` None leaves video memory to Hyper-V (always before 2016)."""

    resolution: Resolution
    monitors: int = 1
    vram_mb: int | None = None


@frozen
class GpuShare:
    """How much of one of a GPU's resources, in the units of Msvm_PartitionableGpu (bytes for VRAM)."""

    minimum: int
    maximum: int
    optimal: int


@frozen(kw_only=True)
class GpuPartition:
    """One partition of a GPU: of the GPU named, else of one that Hyper-V chooses.

    A share of None is whatever the host gives a partition.
    """

    gpu: str | None = None
    vram: GpuShare | None = None
    encode: GpuShare | None = None
    decode: GpuShare | None = None
    compute: GpuShare | None = None
