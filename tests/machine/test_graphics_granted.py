"""RemoteFX where it still is, and partitions of GPUs where they already are."""

from __future__ import annotations

import pytest

from openhyperv.machine.graphics import GpuPartition, GpuShare, RemoteFx, Resolution
from openhyperv.machine.host_traits import HostTraits
from openhyperv.machine.lifecycle import StopAction
from openhyperv.machine.pci import MmioSpace
from tests.capabilities import shows

from .asking import granted

REMOTEFX = HostTraits(has_remotefx=True)
PARTITIONABLE = HostTraits(is_gpu_partitioning_available=True)
SMALL, LARGE = Resolution.R1024X768, Resolution.R3840X2160
ONE_GIB = GpuShare(1024**3, 1024**3, 1024**3)


@shows("F5")
@pytest.mark.parametrize(
    ("release", "words", "display"),
    [
        ("2012R2", "", None),
        ("2012R2", "os:resolution=1024x768", RemoteFx(SMALL)),
        ("2012R2", "os:resolution=1024x768 os:monitors=4", RemoteFx(SMALL, 4)),
        ("2012R2", "os:resolution=1280x1024 os:monitors=4", RemoteFx(Resolution.R1280X1024, 4)),
        ("2012R2", "os:resolution=1600x1200 os:monitors=3", RemoteFx(Resolution.R1600X1200, 3)),
        ("2012R2", "os:resolution=1920x1200 os:monitors=2", RemoteFx(Resolution.R1920X1200, 2)),
        ("2012R2", "os:resolution=2560x1600 os:monitors=1", RemoteFx(Resolution.R2560X1600, 1)),
        ("2016", "os:resolution=1024x768 os:monitors=8 os:vram=64", RemoteFx(SMALL, 8, 64)),
        (
            "2016",
            "os:resolution=1280x1024 os:monitors=8 os:vram=128",
            RemoteFx(Resolution.R1280X1024, 8, 128),
        ),
        (
            "2016",
            "os:resolution=1600x1200 os:monitors=4 os:vram=256",
            RemoteFx(Resolution.R1600X1200, 4, 256),
        ),
        (
            "2016",
            "os:resolution=1920x1200 os:monitors=4 os:vram=512",
            RemoteFx(Resolution.R1920X1200, 4, 512),
        ),
        ("2016", "gen2 os:resolution=2560x1600 os:monitors=2", RemoteFx(Resolution.R2560X1600, 2)),
        ("2016", "gen2 os:resolution=3840x2160 os:vram=1024", RemoteFx(LARGE, 1, 1024)),
    ],
)
def test_remotefx(release: str, words: str, display: RemoteFx | None) -> None:
    spec = granted(release, words, traits=REMOTEFX)
    assert (spec.graphics, spec.stop_action) == (display, StopAction.SAVE)


@pytest.mark.parametrize(
    ("words", "partitions"),
    [
        ("", ()),
        ("resources:VGPU=0", ()),
        ("resources:VGPU=1", (GpuPartition(),)),
        ("gen2 resources:VGPU=1", (GpuPartition(),)),
        ("resources:VGPU=1 hyperv:gpu_vram_mb=1024", (GpuPartition(vram=ONE_GIB),)),
        ("resources:VGPU=1 hyperv:gpu=GPU0", (GpuPartition(gpu="GPU0"),)),
    ],
)
def test_gpu_partitions(words: str, partitions: tuple[GpuPartition, ...]) -> None:
    assert granted("2025", words, traits=PARTITIONABLE).gpu_partitions == partitions


def test_a_machine_with_a_partition_has_space_for_it_and_is_never_saved() -> None:
    spec = granted("2025", "resources:VGPU=1", traits=PARTITIONABLE)
    assert (spec.mmio, spec.stop_action) == (MmioSpace(3072, 33_280), StopAction.TURN_OFF)
