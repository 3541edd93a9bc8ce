"""Servers with ports of the type ``direct``: each has a virtual function of a switch (SR-IOV)."""

from __future__ import annotations

import copy
from types import MappingProxyType
from uuid import uuid4

import nova.conf
import pytest
from nova.tests.functional.api.client import OpenStackApiException
from oslo_serialization import jsonutils
from tests.capabilities import shows
from tests.hyperv.counting import requests

from openhyperv.emulator.host.hardware import Hardware, PciDevice
from openhyperv.machine.switch import SwitchSpec
from openhyperv.nova.resources.device_specs import DeviceSpecs
from tests_openstack.nova.cloud import GEN_2
from tests_openstack.nova.sriov_cloud import KIND, PHYSNET, SriovCloud, card

_NO_HOST = "No valid host was found"


class _DirectPorts(SriovCloud):
    def setUp(self) -> None:
        super().setUp()
        self.picture = self.image(**GEN_2)
        self.first = self.neutron.sriov_port["id"]
        self.second = self.neutron.sriov_port2["id"]

    def one_more_port(self) -> str:
        """A third port of the type ``direct``."""
        port_id = str(uuid4())
        self.neutron._ports[port_id] = {
            **copy.deepcopy(self.neutron.sriov_port),
            "id": port_id,
            "binding:vif_type": self.vif_type,
        }
        return port_id


class DirectPorts(_DirectPorts):
    @shows("M8", "N15")
    def test_each_port_has_a_function_until_the_server_is_gone(self) -> None:
        servers = [self.with_port(port) for port in (self.first, self.second)]
        assert sorted(self.taken()) == ["8000:3b:00.0", "8000:3b:00.1"]
        for port, server in zip((self.first, self.second), servers, strict=True):
            assert self.profile(port).items() >= {"physical_network": PHYSNET}.items()
            assert self.profile(port)["pci_slot"] in self.taken()
            assert self.profile(port)["pci_vendor_info"] == "1af4:1041"
            assert [adapter.name for adapter in self.machine(server).adapters.list()] == [port]
            assert self.machine(server).devices.assigned() == []
            self.bind(port)
        assert self.functions_in_use() == 2
        self._delete_server(servers[0])
        assert len(self.taken()) == self.functions_in_use() == 1
        assert self.with_port(self.first)["status"] == "ACTIVE"

    def test_no_more_servers_than_there_are_functions(self) -> None:
        taken = self.with_port(self.first), self.with_port(self.second)
        third = self.one_more_port()
        assert _NO_HOST in self.refused(third)
        self._delete_server(taken[0])
        assert self.with_port(third)["status"] == "ACTIVE"

    def test_ports_of_another_network_get_none(self) -> None:
        self.neutron._networks[self.neutron.network_2["id"]] = {
            **self.neutron.network_2,
            "provider:physical_network": "physnet7",
        }
        assert _NO_HOST in self.refused(self.first)

    @shows("F8", "F9")
    def test_a_port_comes_and_goes_while_the_server_runs(self) -> None:
        server = self.server(self.picture)
        self._attach_interface(server, self.first)
        assert self.taken() == [self.profile(self.first)["pci_slot"]]
        self.bind(self.first)
        assert self.functions_in_use() == 1
        self._detach_interface(server, self.first)
        assert self.machine(server).adapters.list() == []
        assert self.functions_in_use() == len(self.taken()) == 0

    def test_a_port_that_finds_no_function_is_not_attached(self) -> None:
        for port in (self.first, self.second):
            self.with_port(port)
        server = self.server(self.picture)
        third = self.one_more_port()
        with pytest.raises(OpenStackApiException, match="Failed to claim PCI device"):
            self._attach_interface(server, third)
        assert self.machine(server).adapters.list() == []

    @shows("J8")
    def test_a_server_takes_a_function_of_the_host_that_it_goes_to(self) -> None:
        other = self.start_compute("hv2", self.start_host("hv2"))
        server = self.with_port(self.first, az="nova:hv1")
        moved = self._migrate_server(server, host="hv2")
        assert self.profile(self.first)["pci_slot"] in self.taken(other)
        self._confirm_resize(moved)
        assert (self.taken(), len(self.taken(other))) == ([], 1)

    def test_a_first_look_takes_five_requests_more(self) -> None:
        host = self.client_of(self.emulated)
        compute = self.driver._compute
        specs = DeviceSpecs.configured(nova.conf.CONF)
        readings = type(compute.readings)(host, compute.instances, specs)
        with requests(self.emulated, host) as asked:
            readings.now()
        assert asked == ["Enumerate"] * 11


class OldHost(_DirectPorts):
    host_options = MappingProxyType({**SriovCloud.host_options, "version": "2012R2"})

    @shows("M8", "A3")
    def test_functions_are_older_than_devices_for_machines(self) -> None:
        server = self.with_port(self.first)
        assert self.taken() == [self.profile(self.first)["pci_slot"]]
        self._delete_server(server)
        assert self.taken() == []


class HostsWithout(_DirectPorts):
    """hv1 has a switch without SR-IOV; hv2 has functions."""

    switches = ()

    @shows("M8")
    def test_a_host_without_functions_is_not_chosen(self) -> None:
        assert _NO_HOST in self.refused(self.first)
        self.switches = SriovCloud.switches
        self.start_compute("hv2", self.start_host("hv2"))
        server = self.with_port(self.first)
        assert server["OS-EXT-SRV-ATTR:host"] == "hv2"


class TwoNetworks(_DirectPorts):
    """A card with two ports, each of which leads to a physical network of its own."""

    host_options = MappingProxyType({"hardware": Hardware(adapters=[card("One"), card("Two", 1)])})
    switches = tuple(SwitchSpec(name=name, adapters=(name,), iov_preferred=True) for name in ("One", "Two"))
    device_specs = (
        {"address": "8000:3b:*.*", "physical_network": "physnet7"},
        {"address": "8001:3b:*.*", "physical_network": PHYSNET},
    )

    def test_addresses_tell_the_cards_ports_apart(self) -> None:
        known = sorted((device.address, device.parent_addr, device.dev_type) for device in self.devices())
        assert known == [
            ("8000:3b:00.0", "0000:3b:00.0", "type-VF"),
            ("8000:3b:00.1", "0000:3b:00.0", "type-VF"),
            ("8001:3b:00.0", "0000:3b:00.1", "type-VF"),
            ("8001:3b:00.1", "0000:3b:00.1", "type-VF"),
        ]
        for port in (self.first, self.second):
            self.with_port(port)
        assert sorted(self.taken()) == ["8001:3b:00.0", "8001:3b:00.1"]


class CardsToGiveAway(_DirectPorts):
    """A card of the same kind as the one behind the switch may be given to a server as a whole."""

    host_options = MappingProxyType(
        {
            "hardware": Hardware(
                adapters=[card("Fast Adapter", functions=1)],
                pci=[PciDevice(vendor="1AF4", product="1041", bus=0x40, is_dismounted=True)],
            )
        }
    )
    device_specs = ({"address": "8000:3b:*.*", "physical_network": PHYSNET}, KIND)

    def setUp(self) -> None:
        self.flags(group="pci", alias=[jsonutils.dumps({**KIND, "name": "card", "device_type": "type-PCI"})])
        super().setUp()

    @shows("F6")
    def test_a_server_has_a_card_and_a_function(self) -> None:
        flavor = self.flavor(pci_passthrough__alias="card:1")
        server = self.with_port(self.first, flavor_id=flavor)
        given = [str(device.address) for device in self.machine(server).devices.assigned()]
        assert given == ["0000:40:00.0"]
        assert self.profile(self.first)["pci_slot"] == "8000:3b:00.0"
        assert sorted(self.taken()) == ["0000:40:00.0", "8000:3b:00.0"]

    def test_functions_are_for_ports_alone(self) -> None:
        """Whoever says no network for them gives none away."""
        self.flags(group="pci", device_spec=[jsonutils.dumps(KIND)])
        second = self.start_compute("hv2", self.start_host("hv2"))
        assert [device.address for device in self.devices(second)] == ["0000:40:00.0"]
