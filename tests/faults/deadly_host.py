"""Fixtures: an emulated host that can kill its clients, and a client of the test's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.host import Host
from tests.emulated import emulated_host, target_of
from tests.faults.killed import DeadlyWitness
from tests.hyperv.stock import Stock, provide


@pytest.fixture(scope="module")
def witness() -> DeadlyWitness:
    return DeadlyWitness()


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory, witness: DeadlyWitness) -> Iterator[EmulatedHost]:
    """Windows Server 2025 with files and with guests that do nothing."""
    with emulated_host(tmp_path_factory.mktemp("host"), witness, has_files=True) as running:
        yield running


@pytest.fixture(scope="module")
def host(emulated: EmulatedHost) -> Iterator[Host]:
    with Host.connect(target_of(emulated)) as connected:
        yield connected


@pytest.fixture(scope="module")
def stock(host: Host, tmp_path_factory: pytest.TempPathFactory) -> Stock:
    return provide(host, tmp_path_factory.mktemp("stock"))
