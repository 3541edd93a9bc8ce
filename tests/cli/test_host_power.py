"""hv host power and hv host maintenance, on a host of these tests' own."""

from __future__ import annotations

from time import monotonic, sleep

import pytest

from tests.capabilities import shows
from tests.cli.conftest import hv_for, simulate

DEADLINE_S = 60


@pytest.fixture(scope="module")
def own_simulator(tmp_path_factory):
    yield from simulate(tmp_path_factory.mktemp("hvsim"), "--guests", "none", "--vms", "4")


@pytest.fixture
def own_hv(own_simulator, tmp_path):
    return hv_for(own_simulator, tmp_path)


def states(hv) -> dict[str, str]:
    return {machine["name"]: machine["state"] for machine in hv.json("vm", "list")}


@shows("H16")
def test_what_ran_before_maintenance_runs_after_it(own_hv):
    names = sorted(states(own_hv))
    for name in names[:2]:
        own_hv.ok("vm", "start", name)
    saved = own_hv.json("host", "maintenance", "begin")
    assert sorted(machine["name"] for machine in saved) == names[:2]
    assert [states(own_hv)[name] for name in names] == ["saved", "saved", "off", "off"]
    assert own_hv.json("host", "maintenance", "begin") == []
    started = own_hv.json("host", "maintenance", "end")
    assert sorted(machine["name"] for machine in started) == names[:2]
    assert [states(own_hv)[name] for name in names] == ["running", "running", "off", "off"]
    assert own_hv.json("host", "maintenance", "end") == []


@shows("H15")
def test_a_host_is_rebooted_and_comes_back(own_hv):
    assert own_hv("host", "power", "reboot").returncode != 0  # nobody said yes
    own_hv.ok("host", "power", "reboot", "--yes")
    deadline = monotonic() + DEADLINE_S
    while own_hv("host", "show").returncode:
        assert monotonic() < deadline
        sleep(0.2)


@shows("H15")
def test_a_host_that_is_shut_down_answers_nobody(own_hv):
    own_hv.ok("host", "power", "shut-down", "--yes")
    deadline = monotonic() + DEADLINE_S
    while own_hv("host", "show").returncode == 0:
        assert monotonic() < deadline
        sleep(0.2)
    assert own_hv("host", "show").returncode == 11
