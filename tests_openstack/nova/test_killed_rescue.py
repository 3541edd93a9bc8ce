"""A nova-compute that dies at any change of a rescue: after its next start the server runs as its own."""

from __future__ import annotations

from typing import Any

from tests.capabilities import shows

from openhyperv.hyperv.states import MachineState
from tests_openstack.nova.cloud import GEN_2
from tests_openstack.nova.killing import MortalCompute

MOST_CHANGES = 12
CHANGES = len(("off", "disk", "exchange", "add", "start"))


class KilledRescue(MortalCompute):
    @shows("H13", "X6")
    def test_the_server_is_its_own_again(self) -> None:
        server, rescue = self.server(self.image(**GEN_2)), self.image(**GEN_2)
        own = [(drive.slot, drive.file) for drive in self.machine(server).disks.list()]
        folder = self.host.layout.machine(server["id"])

        def begin() -> dict[str, Any]:
            self.api.post_server_action(server["id"], {"rescue": {"rescue_image_ref": rescue}})
            return server

        for nth in range(1, MOST_CHANGES):
            settled = self.die_at(nth, begin, is_done=lambda seen: seen["status"] == "RESCUE")
            if settled is None:
                break
            assert (settled["status"], settled["OS-EXT-STS:task_state"]) == ("ACTIVE", None), nth
            assert [(drive.slot, drive.file) for drive in self.machine(server).disks.list()] == own
            assert [each.name for each in self.host.share.list(folder)] == ["root.vhdx"]
            assert self.machine(server).state() is MachineState.RUNNING
        assert nth > CHANGES
