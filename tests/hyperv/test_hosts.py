"""Several hosts, several threads, several versions of Windows, and a host that restarts."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.errors import MachineRuleError, TransportError, UnsupportedError
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.machine.host_version import HostVersion
from tests.emulated import emulated_host, target_of
from tests.faults.leftovers import wait_until
from tests.hyperv.specs import GEN_2, machine_spec, with_disk
from tests.witness import Witness

VERSIONS = {
    "2012R2": "6.3.9600",
    "2016": "10.0.14393",
    "2019": "10.0.17763",
    "2022": "10.0.20348",
    "2025": "10.0.26100",
}
LINUX_SECURE_BOOT = GEN_2 | {"os_secure_boot": "required", "os_type": "linux"}
WINDOWS_SECURE_BOOT = GEN_2 | {"os_secure_boot": "required", "os_type": "windows"}


@pytest.fixture(scope="module", params=VERSIONS)
def version(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, EmulatedHost]]:
    folder = tmp_path_factory.mktemp("host")
    with emulated_host(folder, Witness(), version=request.param, has_files=True) as running:
        yield request.param, running


def test_every_version_makes_and_runs_a_second_generation_machine(
    version: tuple[str, EmulatedHost],
) -> None:
    name, emulated = version
    with Host.connect(target_of(emulated)) as host:
        facts = host.facts()
        assert str(facts.version) == VERSIONS[name]
        machine = host.create(with_disk("gen2", host=facts.version))
        machine.start()
        assert machine.state() is MachineState.RUNNING
        assert machine.summary().version in emulated.host.profile.configuration_versions
        machine.checkpoints.take("one")
        machine.delete()
        assert list(host.machines()) == []


def test_every_version_has_secure_boot_for_whom_it_can(version: tuple[str, EmulatedHost]) -> None:
    """For Linux since Windows Server 2016; before, it is refused and the host hears nothing of it."""
    name, emulated = version
    with Host.connect(target_of(emulated)) as host:
        facts = host.facts()
        host.create(machine_spec("windows", WINDOWS_SECURE_BOOT, host=facts.version)).delete()
        if name != "2012R2":
            host.create(machine_spec("linux", LINUX_SECURE_BOOT, host=facts.version)).delete()
            return
        before = emulated.service.counts()
        with pytest.raises(UnsupportedError) as caught:
            machine_spec("linux", LINUX_SECURE_BOOT, host=facts.version)
        assert caught.value.remedy
        assert emulated.service.counts() == before


def test_a_version_without_second_generation() -> None:
    with pytest.raises((MachineRuleError, UnsupportedError)):
        machine_spec("gen2", GEN_2, host=HostVersion.parse("6.2.9200"))


def test_two_hosts_in_one_process(tmp_path: Path) -> None:
    with (
        emulated_host(tmp_path / "one", name="ONE", has_files=True) as first,
        emulated_host(tmp_path / "two", name="TWO", has_files=True, version="2019") as second,
        Host.connect(target_of(first)) as one,
        Host.connect(target_of(second)) as two,
    ):
        assert (one.facts().name, two.facts().name) == ("ONE", "TWO")
        machines = [host.create(with_disk("same", host=host.facts().version)) for host in (one, two)]
        for machine in machines:
            machine.start()
        assert [[found.guid for found in host.machines()] for host in (one, two)] == [
            [machine.guid] for machine in machines
        ]
        machines[0].delete()
        assert list(one.machines()) == []
        assert [found.state for found in two.machines()] == [MachineState.RUNNING]
        machines[1].delete()


def test_threads_share_a_host(emulated: EmulatedHost, host: Host) -> None:
    def live(number: int) -> str:
        machine = host.create(with_disk(f"thread {number}"))
        machine.start()
        machine.rename(f"renamed {number}")
        machine.checkpoints.take("one")
        assert host.machine(f"renamed {number}").guid == machine.guid
        machine.delete()
        return machine.guid

    with ThreadPoolExecutor(6) as threads:
        guids = list(threads.map(live, range(12), timeout=100))
    assert len(set(guids)) == 12
    assert list(host.machines()) == []
    assert emulated.contexts.counts() == (0, 1)
    assert list(emulated.host.files.local(r"C:\OpenHyperV\machines").iterdir()) == []


def test_a_host_that_restarts_is_heard_again(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with emulated_host(data, has_files=True) as before:
        target = target_of(before)
        host = Host.connect(target)
        machine = host.create(with_disk("survivor"))
        machine.start()
    with host:
        with pytest.raises(TransportError) as caught:
            machine.turn_off()
        assert caught.value.host == target.host
        with emulated_host(data, port=target.port, has_files=True) as after:
            assert machine.state() is MachineState.OFF
            assert wait_until(lambda: host.session.jobs.watch.is_listening)
            machine.start()
            machine.turn_off()
            assert after.contexts.counts() == (0, 1)
