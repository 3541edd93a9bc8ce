"""A nova-compute that dies at any change of a snapshot: nothing of it stays, and the server goes on."""

from __future__ import annotations

from typing import Any

from nova import context
from tests.capabilities import shows

from openhyperv.hyperv.states import MachineState
from tests_openstack.nova.cloud import GEN_2
from tests_openstack.nova.killing import MortalCompute
from tests_openstack.nova.snapshot_cloud import SnapshotCloud
from tests_openstack.nova.waiting import wait_until

MOST_CHANGES = 8
CHANGES = len(("checkpoint", "copy", "checkpoint away"))


class KilledSnapshot(MortalCompute, SnapshotCloud):
    def drives(self, server: dict[str, Any]) -> list[str]:
        return [f"{drive.slot} {drive.file}" for drive in self.machine(server).disks.list()]

    @shows("H14", "X6")
    def test_nothing_of_it_stays(self) -> None:
        server = self.server(self.image(**GEN_2))
        own = self.drives(server)

        def begin() -> dict[str, Any]:
            self.api.post_server_action(server["id"], {"createImage": {"name": "snapshot"}})
            return server

        for nth in range(1, MOST_CHANGES):
            settled = self.die_at(nth, begin, is_done=lambda seen: seen["OS-EXT-STS:task_state"] is None)
            if settled is None:
                break
            assert (settled["status"], settled["OS-EXT-STS:task_state"]) == ("ACTIVE", None), nth
            self.compute.manager._run_image_cache_manager_pass(context.get_admin_context())
            assert not self.host.share.list(self.host.layout.copies), nth
            assert not self.machine(server).checkpoints.list(), nth
            assert self.machine(server).state() is MachineState.RUNNING
        assert nth > CHANGES
        self.machine(server).turn_off()
        wait_until(lambda: self.drives(server) == own)  # the emulated host merges disks at rest
