"""What the page about PCI devices and GPUs shows works, on an emulated host with such hardware."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import (
    Hardware,
    NetworkAdapter,
    Offload,
    PartitionableGpu,
    PciDevice,
)

from .emulated import emulated_host
from .test_docs_examples import (
    DOCS,
    blocks,
    outputs_of,
    promised,
    run_python,
    runnable,
    without_varying,
)

PAGE = "how-to/pci-and-gpus.md"
HARDWARE = Hardware(
    pci=[PciDevice(vendor="10DE", product="13F2", bus=3, name="Tesla M60")],
    partitionable_gpus=[
        PartitionableGpu(
            device=PciDevice(vendor="10DE", product="25B6", bus=59, name="Emulated A16"),
            memory_mb=16 << 10,
            partition_counts=(1, 2, 4),
        )
    ],
    adapters=[
        NetworkAdapter(
            guid="5C2C4E0C-9E1A-4B5F-8C1D-2D6C0B0F7A11",
            name="Fast Adapter",
            mac="00155D00AA01",
            offload=Offload(virtual_functions=8),
            bus=0x5E,
            slot=0,
        )
    ],
)


@pytest.fixture
def equipped(tmp_path: Path) -> Iterator[EmulatedHost]:
    with emulated_host(tmp_path / "host", hardware=HARDWARE, machines=2) as host:
        yield host


def test_devices_are_given_and_taken_back_as_shown(equipped: EmulatedHost, tmp_path: Path) -> None:
    commands = list(runnable(DOCS / PAGE))
    assert len(commands) > 8
    settings = "".join(f"export {name}='{value}'\n" for name, value in equipped.environment().items())
    (tmp_path / "host.env").write_text(settings, "utf-8")
    login, *rest = commands
    first = type(login)(f". ./host.env\n{login.line}", login.output)
    for command, output in zip(commands, outputs_of([first, *rest], tmp_path), strict=True):
        missing = promised(command) - {without_varying(line) for line in output.splitlines()}
        assert not missing, f"$ {command.line}\ncame: {output}"


def test_a_program_gives_a_device_as_shown(equipped: EmulatedHost) -> None:
    (example,) = blocks(PAGE, "python")
    assert run_python(example, equipped.environment()) == "['0000:03:00.0']\n"
