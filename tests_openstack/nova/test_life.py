"""The life of a server, through Nova's own API, scheduler, conductor and compute."""

from __future__ import annotations

from openhyperv.hyperv.states import MachineState
from tests_openstack.nova.cloud import GEN_2, Cloud


class LifeOfAServer(Cloud):
    def test_a_server_is_a_running_machine(self) -> None:
        server = self.server(self.image(**GEN_2))
        assert server["status"] == "ACTIVE"
        summary = self.machine(server).summary()
        assert (summary.state, summary.vcpus) == (MachineState.RUNNING, 1)
        assert summary.notes.splitlines()[0] == server["id"]

    def test_a_deleted_server_leaves_nothing(self) -> None:
        server = self.server(self.image(**GEN_2))
        self._delete_server(server)
        assert not list(self.host.machines())
        assert not self.host.share.list(self.host.layout.machines)
