"""A fleet's processes as an operator sees them: who runs, who comes back, who is gone.

The compute services are Nova's own. They wait for a conductor that does not come, which is enough to be
started, killed and told to end.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.capabilities import shows

NOVA = """[DEFAULT]
transport_url = fake://
compute_driver = fake.FakeDriver
state_path = /nonexistent
debug = true
"""
DEADLINE_S = 120.0


class Fleet:
    """The command, and what its log and the kernel say of its children."""

    def __init__(self, directory: Path, *hosts: str) -> None:
        self.directory = directory
        self.hosts = directory / "hosts.d"
        self.hosts.mkdir()
        for name in hosts:
            self.add(name)
        (directory / "nova.conf").write_text(NOVA)
        self.log = (directory / "log").open("w")
        self.process = subprocess.Popen(
            [
                Path(sys.executable).with_name("openhyperv-fleet"),
                f"--config-file={directory / 'nova.conf'}",
                f"--hosts-dir={self.hosts}",
                f"--state-dir={directory / 'state'}",
                "--grace=5",
            ],
            stdout=self.log,
            stderr=self.log,
        )

    def add(self, name: str, text: str = "[openhyperv]\npassword = correct-horse\n") -> None:
        (self.hosts / f"{name}.conf").write_text(text)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def text(self) -> str:
        return (self.directory / "log").read_text()

    def started(self, name: str) -> list[int]:
        """The processes that were ever started for a host."""
        return [int(pid) for pid in re.findall(rf"Started the service of {name}: process (\d+)", self.text())]

    def running(self, name: str) -> int | None:
        return next((pid for pid in self.started(name) if is_there(pid)), None)


def until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


@contextmanager
def a_fleet(directory: Path, *hosts: str) -> Iterator[Fleet]:
    fleet = Fleet(directory, *hosts)
    try:
        until(lambda: all(fleet.started(name) for name in hosts))
        yield fleet
    finally:
        fleet.process.kill()
        fleet.process.wait()
        fleet.log.close()


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """One for all tests that leave it running; each changes hosts of its own only."""
    with a_fleet(tmp_path_factory.mktemp("fleet"), "hv1", "hv2") as fleet:
        yield fleet


def added(fleet: Fleet, *names: str) -> list[int]:
    """New hosts; their processes."""
    for name in names:
        fleet.add(name)
    fleet.signal(signal.SIGHUP)
    until(lambda: all(fleet.started(name) for name in names))
    return [fleet.started(name)[0] for name in names]


def is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("name", ["hv1", "hv2"])
def test_each_host_has_a_service_of_its_own_name_and_state(fleet: Fleet, name: str) -> None:
    pid, state = fleet.running(name), fleet.directory / "state" / name
    until(lambda: re.search(rf" {pid} DEBUG .* host += {name} ", fleet.text()))
    until(lambda: re.search(rf" {pid} DEBUG .* state_path += {state} ", fleet.text()))


def test_options_are_logged_without_the_password(fleet: Fleet) -> None:
    until(lambda: re.search(r"openhyperv\.password += \*\*\*\*", fleet.text()))
    assert "correct-horse" not in fleet.text()


@shows("X11")
def test_one_that_is_killed_is_started_again_and_the_others_go_on(fleet: Fleet) -> None:
    (first,) = added(fleet, "killed")
    other = fleet.running("hv1")
    os.kill(first, signal.SIGKILL)
    until(lambda: len(fleet.started("killed")) == 2)
    assert fleet.running("killed") not in {None, first}
    assert fleet.running("hv1") == other
    assert "The service of killed ended with -9; next try in 1 s" in fleet.text()


def test_the_list_is_read_again_when_told_to(fleet: Fleet) -> None:
    removed, changed = added(fleet, "removed", "changed")
    (fleet.hosts / "removed.conf").unlink()
    fleet.add("changed", "[openhyperv]\npassword = other\n")
    added(fleet, "new")
    until(lambda: len(fleet.started("changed")) == 2)
    until(lambda: not is_there(removed))
    assert not is_there(changed)
    assert len(fleet.started("removed")) == 1


def test_a_list_that_cannot_be_read_changes_nothing(fleet: Fleet) -> None:
    running = fleet.running("hv1")
    away = fleet.hosts.rename(fleet.directory / "away")
    fleet.signal(signal.SIGHUP)
    until(lambda: "stays as it is" in fleet.text())
    away.rename(fleet.hosts)
    assert fleet.running("hv1") == running


@shows("X11")
def test_a_child_costs_a_fraction_of_what_nova_costs_alone(fleet: Fleet) -> None:
    """Its own memory, of which another child would need as much again."""
    pid = fleet.running("hv2")
    until(lambda: re.search(rf" {pid} WARNING .*Timed out waiting for nova-conductor", fleet.text()))
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    own_kib = sum(int(kib) for kib in re.findall(r"Private_(?:Clean|Dirty): +(\d+) kB", rollup))
    assert own_kib < 40 * 1024


def test_told_to_end_it_leaves_nobody_behind_not_even_one_that_hangs(tmp_path: Path) -> None:
    with a_fleet(tmp_path, "hv1", "hv2") as fleet:
        services = [fleet.started(name)[0] for name in ("hv1", "hv2")]
        os.kill(services[0], signal.SIGSTOP)
        until(lambda: "State:\tT" in Path(f"/proc/{services[0]}/status").read_text())
        fleet.signal(signal.SIGTERM)
        assert fleet.process.wait(DEADLINE_S) == 0
        assert not [pid for pid in services if is_there(pid)]
        assert f"hv1 did not end in time; killing process {services[0]}" in fleet.text()


def test_services_end_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    with a_fleet(tmp_path, "hv1", "hv2") as fleet:
        services = [fleet.started(name)[0] for name in ("hv1", "hv2")]
        fleet.process.kill()
        fleet.process.wait()
        until(lambda: not [pid for pid in services if is_there(pid)])


def test_without_a_list_it_says_so_and_ends() -> None:
    command = [Path(sys.executable).with_name("openhyperv-fleet"), "--config-file=x", "--hosts-dir=/nowhere"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "/nowhere is not a directory" in done.stderr
