"""An agent over a real client of the message bus, and emulated hosts over sockets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import neutron
import pytest
from neutron_lib import rpc as neutron_rpc
from oslo_config import cfg
from tests.emulated import emulated_host, target_of
from tests.hyperv.stock import add_switch
from tests.witness import Witness

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.host import Host
from openhyperv.neutron import options
from openhyperv.neutron.agent import Agent
from tests_openstack.neutron.configuration import SWITCHES, agent_ini, configure
from tests_openstack.neutron.message_bus import MessageBus
from tests_openstack.neutron.servers import Servers, servers_on

assert neutron, "has to be imported first: it decides that everything runs on native threads"


@pytest.fixture(scope="module")
def witness() -> Witness:
    return Witness()


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory, witness: Witness) -> Iterator[EmulatedHost]:
    with emulated_host(tmp_path_factory.mktemp("hv1"), witness, has_files=True) as running:
        yield running


@pytest.fixture(scope="module")
def host(emulated: EmulatedHost) -> Iterator[Host]:
    """The host as Nova's side sees it, with two switches."""
    with Host.connect(target_of(emulated)) as connected:
        for switch in SWITCHES:
            add_switch(connected, switch)
        yield connected


@pytest.fixture
def bus(emulated: EmulatedHost, tmp_path: Path) -> Iterator[MessageBus]:
    """Neutron's message bus, and the configuration of an agent that serves the emulated host as hv1."""
    configure(tmp_path / "agent.ini", agent_ini({"hv1": emulated}))
    started = MessageBus()
    started.start()
    yield started
    started.stop()
    neutron_rpc.cleanup()


@pytest.fixture
def agent(bus: MessageBus, host: Host) -> Iterator[Agent]:
    """An agent that serves the host."""
    assert bus
    assert host
    started = Agent(options.served_hosts(cfg.CONF))
    started.start()
    yield started
    started.stop()


@pytest.fixture
def servers(host: Host) -> Iterator[Servers]:
    """Servers on the host, for the time of a test."""
    with servers_on(host) as made:
        yield made
