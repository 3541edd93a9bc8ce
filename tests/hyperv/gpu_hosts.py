"""Hosts with GPUs of every kind, of whichever release."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import Gpu, Hardware, PartitionableGpu, PciDevice
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.host_version import (
    WINDOWS_2012_R2,
    WINDOWS_2016,
    WINDOWS_2019,
    WINDOWS_2022,
    WINDOWS_2025,
)
from tests.emulated import emulated_host, target_of
from tests.hyperv.specs import GEN_1, machine_spec
from tests.witness import Witness

A16 = PartitionableGpu(
    device=PciDevice(vendor="10DE", product="25B6", bus=0x3B, name="Emulated A16"),
    memory_mb=16 << 10,
    partition_counts=[1, 2, 4],
)
HARDWARE = Hardware(
    gpus=[Gpu(name="Emulated GPU", memory_mb=1024), Gpu(name="Unused", memory_mb=64, is_enabled=False)],
    partitionable_gpus=[A16],
)
VERSIONS = {
    "2012R2": WINDOWS_2012_R2,
    "2016": WINDOWS_2016,
    "2019": WINDOWS_2019,
    "2022": WINDOWS_2022,
    "2025": WINDOWS_2025,
}
Connect = Callable[[str], tuple[EmulatedHost, Host]]


@pytest.fixture
def connect(tmp_path: Path, witness: Witness) -> Iterator[Connect]:
    """A host of a release, with GPUs of both kinds."""
    with ExitStack() as stack:

        def connected(release: str) -> tuple[EmulatedHost, Host]:
            options = {"version": release, "hardware": HARDWARE, "has_files": True}
            running = stack.enter_context(emulated_host(tmp_path, witness, **options))
            host = stack.enter_context(Host.connect(target_of(running)))
            host.session.jobs.watch.start()
            return running, host

        yield connected


def machine_on(host: Host, release: str, generation: dict[str, str] = GEN_1) -> VirtualMachine:
    return host.create(machine_spec("machine", generation, host=VERSIONS[release]))
