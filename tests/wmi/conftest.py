"""These tests share one emulated host per module, to which ``.`` leads."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

import openhyperv.wmi
from openhyperv.cim.session import Session
from openhyperv.emulator.emulated_host import EmulatedHost
from tests.emulated import emulated_host, target_of

VIRTUALIZATION = "root/virtualization/v2"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """Windows Server 2025 with three machines that are off: vm0001 to vm0003."""
    with emulated_host(tmp_path_factory.mktemp("host"), machines=3) as running:
        yield running


@pytest.fixture(scope="module")
def wmi(host: EmulatedHost) -> ModuleType:
    """The module as old code imports it."""
    return openhyperv.wmi.install(target_of(host))


@pytest.fixture(scope="module")
def conn(wmi: ModuleType) -> Any:
    """A connection to Hyper-V's namespace."""
    return wmi.WMI(moniker=VIRTUALIZATION)


@pytest.fixture(scope="module")
def ours(host: EmulatedHost) -> Iterator[Session]:
    """Our own session, which tells what the host holds."""
    with Session.open(target_of(host)) as session:
        yield session


@pytest.fixture
def machine(conn: Any) -> Any:
    """A machine that is off."""
    return conn.Msvm_ComputerSystem(ElementName="vm0001")[0]
