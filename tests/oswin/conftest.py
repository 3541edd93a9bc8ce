"""Hosts for os-win: ask for one of ``windows``, ``windows_2016`` and ``windows_2012r2`` in a module.

Each is an emulated host that os-win takes for the machine it runs on:

    pytestmark = pytest.mark.usefixtures("windows")

``ours`` is our own session with it: what os-win did is judged by reading the host through that, never through
os-win. ``machine`` is one that os-win has defined. The rest are os-win's classes for that host.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from openhyperv.cim.session import Session
from openhyperv.emulator.emulated_host import EmulatedHost
from tests.emulated import emulated_host, target_of
from tests.oswin.gates import factory, leading_to
from tests.oswin.proving import claims_of, seeing_calls
from tests.oswin.reading import FOLDER, Machine

HOSTS = ("windows", "windows_2016", "windows_2012r2")


@contextmanager
def _host_of_os_win(folders: pytest.TempPathFactory, version: str) -> Iterator[EmulatedHost]:
    with emulated_host(folders.mktemp("host"), version=version) as host, leading_to(host):
        yield host


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """os-win runs on Windows Server 2025."""
    with _host_of_os_win(tmp_path_factory, "2025") as host:
        yield host


@pytest.fixture(scope="module")
def windows_2016(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """os-win runs on Windows Server 2016."""
    with _host_of_os_win(tmp_path_factory, "2016") as host:
        yield host


@pytest.fixture(scope="module")
def windows_2012r2(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """os-win runs on Windows Server 2012 R2."""
    with _host_of_os_win(tmp_path_factory, "2012R2") as host:
        yield host


def _present_host(request: pytest.FixtureRequest) -> EmulatedHost:
    """The host that the module has asked for."""
    name = next(name for name in HOSTS if name in request.fixturenames)
    host: EmulatedHost = request.getfixturevalue(name)
    return host


@pytest.fixture(scope="module")
def ours(request: pytest.FixtureRequest) -> Iterator[Session]:
    """Our own session with the module's host."""
    with Session.open(target_of(_present_host(request))) as session:
        yield session


@pytest.fixture(scope="module")
def vmutils(request: pytest.FixtureRequest) -> Any:
    """os-win's class for the virtual machines of the module's host."""
    _present_host(request)
    return factory().get_vmutils()


@pytest.fixture
def machine(vmutils: Any, ours: Session, request: pytest.FixtureRequest) -> Machine:
    """A machine of generation 2 that os-win has defined, called as the test."""
    vmutils.create_vm(request.node.name, False, 2, FOLDER)
    return Machine(ours, request.node.name)


@pytest.fixture(scope="module")
def networkutils(request: pytest.FixtureRequest) -> Any:
    """os-win's class for the switches of the module's host and their ports."""
    _present_host(request)
    return factory().get_networkutils()


@pytest.fixture(scope="module")
def metricsutils(request: pytest.FixtureRequest) -> Any:
    """os-win's class for the meters of the module's host."""
    _present_host(request)
    return factory().get_metricsutils()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Fail a test that passes without having called what it claims to prove."""
    claims = claims_of(item)
    if not claims:
        return (yield)
    with seeing_calls() as called:
        result = yield
    assert claims <= called, f"never called: {', '.join(sorted(claims - called))}"
    return result
