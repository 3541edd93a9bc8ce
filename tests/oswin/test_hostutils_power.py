"""os-win reboots its host, which comes back, and shuts it down, after which nobody answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from time import monotonic, sleep
from typing import Any

import pytest

from openhyperv.cim.session import Session
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import TransportError
from tests.emulated import emulated_host, target_of
from tests.oswin.gates import factory, leading_to
from tests.oswin.proving import proves

DEADLINE_S = 20


@pytest.fixture
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """os-win runs on a host of this test's own."""
    with emulated_host(tmp_path_factory.mktemp("host")) as host, leading_to(host):
        yield host


@pytest.fixture
def ours(windows: EmulatedHost) -> Iterator[Session]:
    with Session.open(target_of(windows)) as session:
        yield session


def boot_time(session: Session) -> datetime | None:
    """When the host booted; None while it does not answer."""
    try:
        (system,) = session.enumerate("Win32_OperatingSystem", namespace="root/cimv2")
    except TransportError:
        return None
    booted = system["LastBootUpTime"]
    assert isinstance(booted, datetime)
    return booted


def await_boot_time(session: Session, *unwanted: datetime | None) -> datetime | None:
    deadline = monotonic() + DEADLINE_S
    while (seen := boot_time(session)) in unwanted:
        assert monotonic() < deadline, f"it is still {seen}"
        sleep(0.02)
    return seen


@proves("hostutils.HostUtils.host_power_action")
def test_the_host_comes_back_after_a_reboot(ours: Session) -> None:
    hostutils: Any = factory().get_hostutils()
    before = boot_time(ours)
    hostutils.host_power_action("reboot")
    after = await_boot_time(ours, None, before)
    assert before is not None
    assert after is not None
    assert after > before
    assert hostutils.get_memory_info()[0] > 0, "os-win finds its host again"


@proves("hostutils.HostUtils.host_power_action")
def test_the_host_is_gone_after_a_shutdown(ours: Session) -> None:
    hostutils: Any = factory().get_hostutils()
    before = boot_time(ours)
    hostutils.host_power_action("shutdown")
    assert await_boot_time(ours, before) is None


@proves("hostutils.HostUtils.host_power_action")
def test_a_host_that_is_off_cannot_start_itself(ours: Session) -> None:
    before = boot_time(ours)
    with pytest.raises(NotImplementedError):
        factory().get_hostutils().host_power_action("startup")
    assert boot_time(ours) == before
