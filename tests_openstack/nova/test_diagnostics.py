"""Diagnostics of servers, as operators ask Nova for them."""

from __future__ import annotations

from typing import Any

from tests.capabilities import shows
from tests.hyperv.counting import requests

from tests_openstack.nova.cloud import GEN_2, Cloud


class DiagnosticsOfAServer(Cloud):
    def setUp(self) -> None:
        super().setUp()
        # Nova's schema of its answer forgets "hyperv", which its own object allows; it is 'warn' by default
        self.flags(response_validation="warn", group="api")

    def diagnostics(self, server: dict[str, Any], microversion: str = "2.48") -> dict[str, Any]:
        self.admin_api.microversion = microversion
        return dict(self.admin_api.api_get(f"/servers/{server['id']}/diagnostics").body)

    def metered_server(self) -> dict[str, Any]:
        self.flags(enable_instance_metrics_collection=True, group="openhyperv")
        return self.server(self.image(**GEN_2), networks="auto")

    @shows("L4")
    def test_what_a_server_has_and_uses(self) -> None:
        server = self.metered_server()
        found = self.diagnostics(server)
        assert (found["state"], found["driver"], found["hypervisor"]) == ("running", "hyperv", "hyperv")
        assert found["memory_details"] == {"maximum": 512, "used": 512}
        assert [cpu["id"] for cpu in found["cpu_details"]] == [0]
        (nic,) = found["nic_details"]
        assert None not in (nic["rx_octets"], nic["tx_octets"])
        (port,) = self.machine(server).adapters.list()
        assert nic["mac_address"].replace(":", "") == port.address.lower()
        (disk,) = found["disk_details"]
        assert None not in (disk["read_bytes"], disk["write_bytes"])

    def test_older_clients_get_the_same_in_words_of_the_driver(self) -> None:
        found = self.diagnostics(self.metered_server(), "2.47")
        assert found["memory_mb"] == 512
        assert {"nic0_rx_octets", "nic0_tx_octets", "disk0_read_bytes", "disk0_write_bytes"} <= set(found)

    def test_two_requests_and_three_for_what_is_metered(self) -> None:
        server = self.server(self.image(**GEN_2))
        self.diagnostics(server)
        with requests(self.emulated, self.driver._compute.host) as asked:
            found = self.diagnostics(server)
        assert sorted(asked) == ["Enumerate", "Invoke", "Invoke"]  # one of them is Nova's, for the state
        assert found["disk_details"][0]["read_bytes"] is None
        self.flags(enable_instance_metrics_collection=True, group="openhyperv")
        with requests(self.emulated, self.driver._compute.host) as asked:
            self.diagnostics(server)
        assert len(asked) == 6
