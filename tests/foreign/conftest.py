"""Hosts that tests with hand-written envelopes talk to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from tests.emulated import emulated_host
from tests.foreign.raw_wsman import RawClient, raw_client


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """A host with three VMs that the tests of a module share."""
    with emulated_host(tmp_path_factory.mktemp("host"), machines=3) as host:
        yield host


@pytest.fixture
def raw(stage: EmulatedHost) -> Iterator[RawClient]:
    """A client of it."""
    with raw_client(stage) as client:
        yield client


@pytest.fixture
def vm(raw: RawClient) -> str:
    """The GUID of one of its VMs."""
    answer = raw.query("SELECT * FROM Msvm_ComputerSystem WHERE ElementName='vm0002'")
    return answer.text("//*[local-name()='Name']") or ""
