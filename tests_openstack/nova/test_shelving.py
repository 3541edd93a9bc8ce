"""Shelving and backups: images of servers that stand for them, or are kept for a while."""

from __future__ import annotations

from tests.capabilities import shows

from openhyperv.hyperv.states import MachineState
from tests_openstack.nova.cloud import GEN_2
from tests_openstack.nova.snapshot_cloud import WRITTEN, SnapshotCloud


class Shelving(SnapshotCloud):
    @shows("C7")
    def test_a_shelved_server_comes_back_with_what_it_had(self) -> None:
        server = self.server(self.image(**GEN_2))
        self.write(server)
        self._shelve_server(server)
        assert not list(self.host.machines())
        assert not self.host.share.list(self.host.layout.machines)
        assert not self.host.share.list(self.host.layout.copies)
        server = self._unshelve_server(server)
        assert self.machine(server).state() is MachineState.RUNNING
        assert self.written(server) == WRITTEN


class Backups(SnapshotCloud):
    def backups(self) -> list[str]:
        return [
            i["name"] for i in self.glance.images.values() if i["properties"].get("image_type") == "backup"
        ]

    @shows("H14")
    def test_as_many_are_kept_as_were_asked_for(self) -> None:
        server = self.server(self.image(**GEN_2))
        for name in ("monday", "tuesday"):
            backup = {"name": name, "backup_type": "daily", "rotation": 1}
            self.api.post_server_action(server["id"], {"createBackup": backup})
            self.wait_until_idle(server)
            assert self.backups() == [name]
