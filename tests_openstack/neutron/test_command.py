"""The agent as a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.faults.leftovers import wait_until

import openhyperv
from openhyperv.emulator.emulated_host import EmulatedHost
from tests_openstack.neutron.configuration import agent_ini

ENVIRONMENT = os.environ | {"PYTHONPATH": str(Path(openhyperv.__file__).parents[1])}
"""The code under test, whatever is installed."""
PATIENCE_S = 60.0
REACHES_ONE_HOST = """
[DEFAULT]
transport_url = fake://
[openhyperv]
address = 192.0.2.1
username = neutron
password = secret
"""
COMMAND = [sys.executable, "-c", "from openhyperv.neutron.agent import main; main()"]


def start(ini: str, folder: Path) -> tuple[subprocess.Popen[bytes], Path]:
    """The agent with that configuration, and what it says."""
    path, log = folder / "agent.ini", folder / "log"
    path.write_text(ini, "utf-8")
    with log.open("wb") as output:
        argv = [*COMMAND, "--config-file", str(path)]
        return subprocess.Popen(argv, stdout=output, stderr=subprocess.STDOUT, env=ENVIRONMENT), log


def subscriptions(host: EmulatedHost) -> int:
    return sum(count for (operation, _), count in host.service.counts().items() if operation == "Subscribe")


@pytest.mark.usefixtures("host")
def test_it_ends_when_it_is_told_to(emulated: EmulatedHost, tmp_path: Path) -> None:
    before = subscriptions(emulated)
    process, log = start(agent_ini({"hv1": emulated}), tmp_path)
    assert wait_until(lambda: subscriptions(emulated) > before, PATIENCE_S), log.read_text()
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_S) == 0, log.read_text()
    assert "Traceback" not in log.read_text()


def test_a_configuration_without_a_host_is_refused(tmp_path: Path) -> None:
    process, log = start("[DEFAULT]\ntransport_url = fake://\n", tmp_path)
    assert process.wait(PATIENCE_S) == 1
    assert "No Hyper-V host is given." in log.read_text()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            "physical_network_vswitch_mappings = physnet1",
            "A mapping is a pattern, a colon and a switch's name.",
        ),
        ("local_network_vswitch = Lab\nworker_count = many", "worker_count"),
    ],
)
def test_a_wrong_option_is_refused_by_name(tmp_path: Path, wrong: str, message: str) -> None:
    process, log = start(f"{REACHES_ONE_HOST}\n[AGENT]\n{wrong}\n", tmp_path)
    assert process.wait(PATIENCE_S) == 1
    assert message in log.read_text()
    assert "Traceback" not in log.read_text()


@pytest.mark.usefixtures("host")
def test_options_of_the_old_agent_are_named(emulated: EmulatedHost, tmp_path: Path) -> None:
    old = "[AGENT]\npolling_interval = 2\n[NVGRE]\nenable_support = true\n"
    process, log = start(agent_ini({"hv1": emulated}) + "\n" + old, tmp_path)
    assert wait_until(lambda: "[NVGRE] enable_support is not read any more" in log.read_text(), PATIENCE_S)
    assert "[AGENT] polling_interval is not read any more: ports are found by events." in log.read_text()
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE_S) == 0
