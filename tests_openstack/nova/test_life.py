"""The life of a server, through Nova's own API, scheduler, conductor and compute."""

from __future__ import annotations

from openhyperv.emulator.rules.actions import WsmanFault
from openhyperv.emulator.rules.matching import Rule
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

    def test_a_host_that_does_not_tell_how_a_new_server_is_loses_no_machine(self) -> None:
        image = self.image(**GEN_2)
        silence = Rule(
            action=WsmanFault(code=0x80041001, text="The provider broke."), method="GetSummaryInformation"
        )
        with self.rules.misfortune(silence):
            server = self.server(image)
        assert self.machine(server).state() is MachineState.RUNNING
        self._delete_server(server)
        assert not list(self.host.machines())
