"""What QEMU cannot do with memory is told, and leaves the machine as it was; firmware alone is enough."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.emulator.guests.runner import QemuRunner
from openhyperv.emulator.network.fabric import Fabric
from openhyperv.emulator.smb.pipes import PipeDirectory
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated, emulate

pytestmark = pytest.mark.guest
MEMORY, PROCESSOR = "Msvm_MemorySettingData", "Msvm_ProcessorSettingData"


@pytest.fixture
def emulated(tmp_path: Path, fabric: Fabric) -> Iterator[Emulated]:
    """A host that runs QEMU."""
    tmp_path.chmod(0o755)
    (tmp_path / "pipes").mkdir()
    directory = PipeDirectory(tmp_path / "pipes")
    emulated = emulate(tmp_path / "data", runner=QemuRunner(tmp_path / "cache", directory, Path, fabric))
    yield emulated
    emulated.host.close()
    directory.close()


def started(emulated: Emulated, vcpus: int) -> ObjectPath:
    """A running machine of 256 MB, with one processor for each NUMA node."""
    processor = {"VirtualQuantity": vcpus, "MaxProcessorsPerNumaNode": 1}
    resources = [
        emulated.text(PROCESSOR, processor),
        emulated.text(MEMORY, {"VirtualQuantity": 256}),
    ]
    system = emulated.define(generation=1, resources=resources)
    job = emulated.request(system, 2)
    assert job["JobState"] == 7, job["ErrorDescription"]
    return system


def resize(emulated: Emulated, system: ObjectPath, memory_mb: int) -> Instance:
    """The job that changes a machine's memory, once it is over."""
    (memory,) = emulated.devices_of(system, MEMORY)
    values = {"InstanceID": memory["InstanceID"], "VirtualQuantity": memory_mb}
    return emulated.finish(
        emulated.call("ModifyResourceSettings", ResourceSettings=[emulated.text(MEMORY, values)])
    )


@pytest.mark.parametrize(
    ("vcpus", "memory_mb", "reason"),
    [
        (2, 512, "QEMU cannot change the memory of a machine with several NUMA nodes"),
        (1, 80_000, "QEMU cannot give the machine more than 65792 MB before it is off"),
    ],
)
def test_what_qemu_cannot_do_fails_and_changes_nothing(
    emulated: Emulated, vcpus: int, memory_mb: int, reason: str
) -> None:
    system = started(emulated, vcpus)
    job = resize(emulated, system, memory_mb)
    assert (job["JobState"], job["ErrorCode"]) == (10, 32768)
    assert reason in str(job["ErrorDescription"])
    (memory,) = emulated.devices_of(system, MEMORY)
    assert memory["VirtualQuantity"] == 256
    (node,) = emulated.all("Msvm_NumaNode")
    assert node["CurrentlyConsumableMemoryBlocks"] == 98_304 - 256
    assert emulated.state(system) == 2
