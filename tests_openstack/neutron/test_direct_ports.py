"""Ports of the type ``direct`` with Neutron's own plugin: each has a virtual function of its switch."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from neutron_lib.api.definitions import portbindings
from tests.capabilities import shows
from tests.emulated import EmulatedHost, emulated_host, target_of
from tests.faults.leftovers import wait_until
from tests.hyperv.stock import add_switch

from openhyperv.emulator.host.hardware import Hardware, NetworkAdapter, Offload
from openhyperv.hyperv.host import Host
from openhyperv.machine.network_adapter import NetworkAdapter as Adapter
from openhyperv.machine.switch import SwitchSpec
from tests_openstack.neutron.real_cloud import Cloud, real_cloud
from tests_openstack.neutron.servers import Servers

CARD = NetworkAdapter(
    guid="5C2C4E0C-9E1A-4B5F-8C1D-2D6C0B0F7A11",
    name="Fast Adapter",
    mac="00155D00AA01",
    offload=Offload(virtual_functions=2, queue_pairs=8),
)


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    with emulated_host(
        tmp_path_factory.mktemp("hv1"), hardware=Hardware(adapters=[CARD]), has_files=True
    ) as running:
        yield running


@pytest.fixture(scope="module")
def host(emulated: EmulatedHost) -> Iterator[Host]:
    """A host whose switch for physical networks has virtual functions."""
    with Host.connect(target_of(emulated)) as connected:
        connected.switches.create(SwitchSpec(name="external", adapters=(CARD.name,), iov_preferred=True))
        add_switch(connected, "private")
        yield connected


@pytest.fixture(scope="module")
def cloud(emulated: EmulatedHost, host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    assert host
    with real_cloud(emulated, tmp_path_factory.mktemp("neutron")) as started:
        yield started


def direct_port(cloud: Cloud) -> str:
    """A port that Nova has given a function to, as it says in the profile."""
    given = {"pci_slot": "8000:3b:00.0", "pci_vendor_info": "1af4:1041", "physical_network": "physnet1"}
    port = cloud.port(**{portbindings.VNIC_TYPE: portbindings.VNIC_DIRECT, portbindings.PROFILE: given})
    assert (port[portbindings.VIF_TYPE], port[portbindings.PROFILE]) == ("hyperv", given)
    return str(port["id"])


def has_function(host: Host, port_id: str) -> bool:
    """What the host itself says of the adapter's port."""
    use = host.switches.hardware_use(host.switches.port(port_id))
    return use is not None and use.has_function


@shows("N15", "N20")
def test_a_direct_port_has_a_function_and_a_normal_one_has_none(
    cloud: Cloud, servers: Servers, host: Host
) -> None:
    direct, normal = direct_port(cloud), str(cloud.port()["id"])
    server = servers.boot(direct, normal)
    assert cloud.becomes(direct, "ACTIVE")
    assert cloud.becomes(normal, "ACTIVE")
    server.machine.start()
    assert [has_function(host, each) for each in (direct, normal)] == [True, False]
    server.machine.delete()
    assert cloud.becomes(direct, "DOWN")
    assert [each.virtual_functions.used for each in host.switches.offload()] == [0]


@shows("N15")
def test_a_direct_port_that_comes_to_a_running_server_has_one(
    cloud: Cloud, servers: Servers, host: Host
) -> None:
    server = servers.boot()
    server.machine.start()
    direct = direct_port(cloud)
    server.machine.adapters.add(Adapter(direct))
    assert cloud.becomes(direct, "ACTIVE")
    assert has_function(host, direct)


def test_a_port_whose_profile_names_no_function_any_more_gives_it_back(
    cloud: Cloud, servers: Servers, host: Host
) -> None:
    port_id = str(cloud.port(**{portbindings.PROFILE: {"pci_slot": "any"}})["id"])
    server = servers.boot(port_id)
    assert cloud.becomes(port_id, "ACTIVE")
    server.machine.start()
    assert has_function(host, port_id)
    cloud.neutron.update_port(port_id, **{portbindings.PROFILE: {}})
    assert wait_until(lambda: not has_function(host, port_id))
