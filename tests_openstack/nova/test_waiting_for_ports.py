"""A server does not start before Neutron has said that its ports are connected."""

from __future__ import annotations

from typing import Any

from tests.capabilities import shows

from openhyperv.hyperv.states import MachineState
from tests_openstack.nova.cloud import GEN_2, Cloud
from tests_openstack.nova.waiting import wait_until


class WaitingForPorts(Cloud):
    def begun(self, *, is_fatal: bool = True, timeout_s: int = 60) -> dict[str, Any]:
        """A server that is being made with a port that Neutron has not connected yet."""
        self.flags(vif_plugging_timeout=timeout_s, vif_plugging_is_fatal=is_fatal)
        port = self.neutron.port_1["id"]
        self.neutron._ports[port]["status"] = "DOWN"
        wanted = self._build_server(
            image_uuid=self.image(**GEN_2), flavor_id=self.flavor(), networks=[{"port": port}]
        )
        return dict(self.api.post_server({"server": wanted}))

    def say(self, server: dict[str, Any], status: str) -> None:
        """Tell Nova what became of the port, as Neutron does."""
        event = {
            "name": "network-vif-plugged",
            "server_uuid": server["id"],
            "tag": self.neutron.port_1["id"],
            "status": status,
        }
        self.api.api_post("/os-server-external-events", {"events": [event]})

    def is_made(self) -> bool:
        """True once the machine is there as a whole."""
        return [len(self.host.machine(each.guid).adapters.list()) for each in self.host.machines()] == [1]

    @shows("H2")
    def test_it_starts_when_neutron_says_so(self) -> None:
        server = self.begun()
        wait_until(self.is_made)
        assert [machine.state for machine in self.host.machines()] == [MachineState.OFF]
        self.say(server, "completed")
        server = self._wait_for_state_change(server, "ACTIVE")
        assert self.machine(server).state() is MachineState.RUNNING

    @shows("H2")
    def test_a_port_that_fails_ends_it_and_leaves_nothing(self) -> None:
        server = self.begun()
        wait_until(self.is_made)
        self.say(server, "failed")
        server = self._wait_for_state_change(server, "ERROR")
        assert "Failed to allocate the network(s)" in server["fault"]["message"]
        assert not list(self.host.machines())

    def test_time_that_runs_out_ends_it_where_that_is_fatal(self) -> None:
        server = self._wait_for_state_change(self.begun(timeout_s=1), "ERROR")
        assert "Failed to allocate the network(s)" in server["fault"]["message"]
        assert not list(self.host.machines())

    def test_time_that_runs_out_starts_it_all_the_same_where_it_is_not(self) -> None:
        self._wait_for_state_change(self.begun(timeout_s=1, is_fatal=False), "ACTIVE")
        assert [machine.state for machine in self.host.machines()] == [MachineState.RUNNING]
