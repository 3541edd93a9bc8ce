"""Ports that come and go while a server exists, as its user sees them and as its machine has them."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest
from nova.tests.functional.api.client import OpenStackApiException
from tests.capabilities import shows
from tests.hyperv.counting import requests

from tests_openstack.nova.cloud import GEN_2, Cloud


class _Ports(Cloud):
    def ports_of(self, server: dict[str, Any]) -> dict[str, str]:
        """The addresses of a machine's adapters by name."""
        return {adapter.name: adapter.address for adapter in self.machine(server).adapters.list()}

    def interfaces_of(self, server: dict[str, Any]) -> list[str]:
        """The ports that Nova says a server has."""
        return [each["port_id"] for each in self.api.get_port_interfaces(server["id"])]


class HotPlug(_Ports):
    @shows("F8", "F9")
    def test_a_port_comes_and_goes_while_the_server_runs(self) -> None:
        server = self.server(self.image(**GEN_2))
        port = self.neutron.port_1
        with requests(self.emulated, self.driver._compute.host) as asked:
            self._attach_interface(server, port["id"])
        assert self.ports_of(server) == {port["id"]: port["mac_address"].replace(":", "").upper()}
        assert self.interfaces_of(server) == [port["id"]]
        assert asked == ["Enumerate", "Enumerate", "Get", "Invoke"]
        with requests(self.emulated, self.driver._compute.host) as asked:
            self._detach_interface(server, port["id"])
        assert self.ports_of(server) == {}
        assert self.interfaces_of(server) == []
        assert asked == ["Enumerate", "Enumerate", "Get", "Invoke"]

    @shows("F9")
    def test_generation_1_has_to_be_off_and_says_so(self) -> None:
        server = self.server(self.image())
        port = self.neutron.port_1["id"]
        with pytest.raises(OpenStackApiException, match="Failed to attach network adapter"):
            self._attach_interface(server, port)
        assert "only while it is off; it is running" in self.reason(server, "hyperv_attach_interface")
        assert self.ports_of(server) == {}
        assert self.interfaces_of(server) == []
        self._stop_server(server)
        self._attach_interface(server, port)
        assert list(self.ports_of(server)) == self.interfaces_of(server) == [port]
        self._start_server(server)
        self.api.detach_interface(server["id"], port)
        self._wait_for_action_fail_completion(server, "detach_interface", "compute_detach_interface")
        assert "it is running" in self.reason(server, "hyperv_detach_interface")
        assert list(self.ports_of(server)) == self.interfaces_of(server) == [port]

    def test_an_adapter_that_is_gone_already_can_be_detached(self) -> None:
        port = self.neutron.port_1["id"]
        server = self.server(self.image(**GEN_2), networks=[{"port": port}])
        self.machine(server).adapters.remove(port)
        self._detach_interface(server, port)
        assert self.interfaces_of(server) == []


class OldHost(_Ports):
    host_options = MappingProxyType({"version": "2012R2"})

    @shows("F9")
    def test_before_2016_every_server_has_to_be_off(self) -> None:
        server = self.server(self.image(**GEN_2))
        port = self.neutron.port_1["id"]
        with pytest.raises(OpenStackApiException, match="Failed to attach network adapter"):
            self._attach_interface(server, port)
        assert "on a host 6.3.9600 come and go only" in self.reason(server, "hyperv_attach_interface")
        self._stop_server(server)
        self._attach_interface(server, port)
        assert list(self.ports_of(server)) == [port]
