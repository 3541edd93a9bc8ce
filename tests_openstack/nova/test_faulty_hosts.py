"""Twenty servers at once on two hosts where one request in twenty goes wrong."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Any

from tests.capabilities import shows
from tests.faults.leftovers import orphans

from openhyperv.emulator.rules.actions import JobFails, MethodReturns, ResetAfter, ResetBefore, WsmanFault
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.hyperv.states import MachineState
from tests_openstack.nova.cloud import GEN_2, Cloud

SERVERS = 20
PATIENCE_S = 300.0
EACH = 0.0125
"""The chance of each of four misfortunes, so that one request in twenty has one."""
MISFORTUNES = (
    Rule(action=ResetBefore(), probability=EACH),
    Rule(action=ResetAfter(), probability=EACH),
    Rule(action=WsmanFault(code=0x80041001, text="The provider broke."), probability=EACH),
    Rule(action=JobFails(), operation=OperationName.INVOKE, probability=EACH),
    Rule(action=MethodReturns(return_value=32768), operation=OperationName.INVOKE, probability=EACH),
)


class FaultyHosts(Cloud):
    def setUp(self) -> None:
        super().setUp()
        self.flags(instances=-1, cores=-1, ram=-1, group="quota")
        second = self.start_host("hv2")
        self.start_compute("hv2", second)
        self.hosts = {"hv1": (self.emulated, self.host), "hv2": (second, self.client_of(second))}

    @shows("H1", "X6")
    def test_every_server_is_active_or_in_error_and_nothing_is_left(self) -> None:
        ports = set(self.neutron._ports)
        wanted = self._build_server(
            image_uuid=self.image(**GEN_2),
            networks=[{"uuid": self.neutron.network_1["id"]}],
            flavor_id=self.flavor(ephemeral_gb=1),
        )
        self.rules.replace(MISFORTUNES)
        self.api.post_server({"server": {**wanted, "min_count": SERVERS, "max_count": SERVERS}})
        self.wait_until_settled()
        self.rules.clear()
        servers = self.api.get_servers()
        assert len(servers) == SERVERS
        for server in servers:
            self.check(server)
        for server in servers:
            self.api.delete_server(server["id"])
        self.wait_until_deleted()
        assert set(self.neutron._ports) == ports
        for emulated, host in self.hosts.values():
            assert list(host.machines()) == []
            assert orphans(emulated) == []
            assert emulated.contexts.counts()[0] == 0, "an enumeration is open"

    def check(self, server: dict[str, Any]) -> None:
        """A server runs where Nova says that it is, or says why it does not."""
        if server["status"] == "ACTIVE":
            _, host = self.hosts[server["OS-EXT-SRV-ATTR:host"]]
            machine = host.machine(server["OS-EXT-SRV-ATTR:instance_name"])
            assert machine.state() is MachineState.RUNNING
        else:
            assert (server["status"], server["OS-EXT-STS:task_state"]) == ("ERROR", None)
            assert server["fault"]["message"]

    def wait_until_settled(self) -> None:
        self.wait_until(lambda servers: all(s["status"] in ("ACTIVE", "ERROR") for s in servers))

    def wait_until_deleted(self) -> None:
        self.wait_until(lambda servers: not servers)

    def wait_until(self, is_so: Any) -> None:
        """Wait until all servers are so, however busy this machine is."""
        until_s = monotonic() + PATIENCE_S
        while not is_so(servers := self.api.get_servers()):
            states = [(s["status"], s["OS-EXT-STS:task_state"]) for s in servers]
            assert monotonic() < until_s, states
            sleep(0.5)
