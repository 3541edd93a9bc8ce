"""Several hosts of different versions in one process, used by several threads."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest
from attrs import evolve

import openhyperv.wmi
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import InvalidInputError
from openhyperv.transport.target import Target
from tests.emulated import ACCOUNT, emulated_host, target_of
from tests.wmi.conftest import VIRTUALIZATION
from tests.wmi.making import failure_code, requests_to

INVALID_NAMESPACE = -2147217394
RPC_UNAVAILABLE = -2147023174
LOGON_FAILURE = -2147023570
ROUNDS = 10


@pytest.fixture(scope="module")
def two_hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[EmulatedHost, EmulatedHost]]:
    """HVOLD, of 2012 R2, and HVNEW, of 2025."""
    folder = tmp_path_factory.mktemp("hosts")
    with (
        emulated_host(folder / "old", name="HVOLD", version="2012R2", machines=1) as old,
        emulated_host(folder / "new", name="HVNEW", machines=2) as new,
    ):
        yield old, new


@pytest.fixture
def both(two_hosts: tuple[EmulatedHost, EmulatedHost]) -> ModuleType:
    """``.`` is the new host, ``old`` the other one."""
    old, new = two_hosts
    return openhyperv.wmi.install({".": target_of(new), "old": target_of(old)})


def servers_seen(wmi: ModuleType, host: str) -> set[str]:
    """The servers that a host's machines lie on, each asked at its own path."""
    machines = wmi.WMI(f"//{host}/{VIRTUALIZATION}").Msvm_ComputerSystem()
    return {wmi.WMI(machine.path_()).path().Server for machine in machines}


def test_a_path_leads_to_the_host_that_it_came_from(both: ModuleType) -> None:
    assert servers_seen(both, ".") == {"HVNEW"}
    assert servers_seen(both, "old") == {"HVOLD"}
    assert servers_seen(both, "hvold") == {"HVOLD"}


def test_a_servers_own_name_is_learned_when_it_is_asked_for(both: ModuleType) -> None:
    assert both.WMI("//HVOLD/root/cimv2").Win32_OperatingSystem()[0].CSName == "HVOLD"


def test_each_host_has_the_classes_of_its_release(both: ModuleType) -> None:
    new, old = both.WMI(VIRTUALIZATION), both.WMI(f"//old/{VIRTUALIZATION}")
    assert "GuestStateIsolationEnabled" in new.Msvm_VirtualSystemSettingData.properties
    assert "GuestStateIsolationEnabled" not in old.Msvm_VirtualSystemSettingData.properties
    assert both.WMI("//./root/msps")
    with pytest.raises(both.x_wmi) as refused:
        both.WMI("//old/root/msps")
    assert failure_code(refused.value) == INVALID_NAMESPACE


def test_threads_may_use_hosts_and_connections_together(both: ModuleType) -> None:
    shared = both.WMI(VIRTUALIZATION)

    def work(number: int) -> tuple[set[str], int]:
        host = ("old", ".")[number % 2]
        return servers_seen(both, host), len(shared.Msvm_ComputerSystem())

    with ThreadPoolExecutor(4) as threads:
        results = list(threads.map(work, range(ROUNDS)))
    assert results == [({("HVOLD", "HVNEW")[number % 2]}, 3) for number in range(ROUNDS)]


def test_first_contact_costs_one_request_however_many_threads_make_it(
    two_hosts: tuple[EmulatedHost, EmulatedHost],
) -> None:
    _, new = two_hosts
    wmi = openhyperv.wmi.install(target_of(new))
    before = requests_to(new)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: wmi.WMI(), range(ROUNDS)))
    assert requests_to(new) == before + 1


def test_two_hosts_of_one_name_are_not_confused(tmp_path: Path) -> None:
    with emulated_host(tmp_path / "a") as one, emulated_host(tmp_path / "b") as other:
        wmi = openhyperv.wmi.install({"one": target_of(one), "other": target_of(other)})
        with pytest.raises(wmi.x_wmi, match="Several hosts"):
            wmi.WMI("//HV1/root/cimv2")
        assert wmi.WMI("//one/root/cimv2").Win32_OperatingSystem()


def test_a_host_that_is_not_there_is_unavailable() -> None:
    nobody = Target("127.0.0.1", port=1, username=ACCOUNT.name, password=ACCOUNT.password)
    wmi = openhyperv.wmi.install(nobody)
    with pytest.raises(wmi.x_wmi) as refused:
        wmi.WMI()
    assert failure_code(refused.value) == RPC_UNAVAILABLE


def test_without_targets_the_environment_names_the_host(
    two_hosts: tuple[EmulatedHost, EmulatedHost], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in two_hosts[0].environment().items():
        monkeypatch.setenv(name, value)
    wmi = openhyperv.wmi.install()
    assert wmi.WMI().Win32_OperatingSystem()[0].CSName == "HVOLD"
    monkeypatch.delenv("OPENHYPERV_HOST")
    with pytest.raises(InvalidInputError, match="OPENHYPERV_HOST"):
        openhyperv.wmi.install()


def test_connections_leave_nothing_open(tmp_path: Path) -> None:
    with emulated_host(tmp_path) as host:
        openhyperv.wmi.install(target_of(host)).WMI(VIRTUALIZATION)
        openhyperv.wmi.install(Target("127.0.0.1"))
        gc.collect()
        enumerations, subscriptions = host.contexts.counts()
        assert (enumerations, subscriptions) == (0, 0)


def test_of_two_accounts_on_a_host_its_paths_lead_to_the_default_one(
    two_hosts: tuple[EmulatedHost, EmulatedHost],
) -> None:
    _, new = two_hosts
    nobody = evolve(target_of(new), password="wrong")
    wmi = openhyperv.wmi.install({"other": nobody, ".": target_of(new)})
    assert servers_seen(wmi, ".") == {"HVNEW"}
    with pytest.raises(wmi.x_wmi) as refused:
        wmi.WMI("//other/root/cimv2")
    assert failure_code(refused.value) == LOGON_FAILURE
