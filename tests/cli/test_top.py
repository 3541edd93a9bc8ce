"""hv vm top: busiest first, one request for each look."""

from __future__ import annotations

import pytest

from tests.cli.conftest import hv_for, simulate


@pytest.fixture(scope="module")
def own_simulator(tmp_path_factory):
    yield from simulate(tmp_path_factory.mktemp("hvsim"), "--guests", "none", "--vms", "3")


def test_each_look_is_one_request(own_simulator, tmp_path):
    hv = hv_for(own_simulator, tmp_path)
    names = sorted(machine["name"] for machine in hv.json("vm", "list"))
    hv.ok("vm", "start", names[1])
    before = own_simulator.requests()
    listed = hv.ok("vm", "top", "--count", "3", "--interval", "0.1", "--all", "--sort", "name")
    after = own_simulator.requests()
    assert listed.count("NAME") == 3
    assert [line.split()[0] for line in listed.splitlines()[1:4]] == names
    asked = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
    assert sum(asked.values()) == 3, asked


def test_only_what_runs_is_shown_unless_all_is_asked_for(own_simulator, tmp_path):
    hv = hv_for(own_simulator, tmp_path)
    name = min(machine["name"] for machine in hv.json("vm", "list"))
    running = {machine["name"] for machine in hv.json("vm", "top", "--count", "1")}
    assert name not in running
    hv.ok("vm", "start", name)
    assert {machine["name"] for machine in hv.json("vm", "top", "--count", "1")} == running | {name}
