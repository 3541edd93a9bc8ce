"""What is left on a host of instances that are no more."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from nova import context
from tests.capabilities import shows

from openhyperv.files.windows_path import WindowsPath
from tests_openstack.nova.cloud import GEN_2, Cloud


class LeftoverFolders(Cloud):
    def folder_of(self, uuid: str) -> WindowsPath:
        return self.host.layout.machine(UUID(uuid))

    def leave(self, uuid: str) -> WindowsPath:
        """A folder with a disk in it, as of a build that failed together with its host."""
        self.host.share.make_folder(self.folder_of(uuid))
        self.host.disks.create(str(self.folder_of(uuid) / "root.vhdx"), size_bytes=1 << 30)
        return self.folder_of(uuid)

    def deleted_server(self) -> dict[str, Any]:
        server = self.server(self.image(**GEN_2))
        self._delete_server(server)
        return server

    def look_after_files(self) -> None:
        """What Nova does every forty minutes."""
        self.compute.manager._run_image_cache_manager_pass(context.get_admin_context())

    @shows("H1", "H10")
    def test_a_folder_of_a_deleted_instance_is_removed(self) -> None:
        folder = self.leave(self.deleted_server()["id"])
        self.look_after_files()
        assert not self.host.share.exists(folder)

    def test_a_folder_of_an_instance_that_lost_its_machine_stays(self) -> None:
        server = self.server(self.image(**GEN_2))
        self.machine(server).delete()
        folder = self.leave(server["id"])
        self.look_after_files()
        assert self.host.share.exists(folder / "root.vhdx")

    def test_a_folder_that_nova_knows_nothing_of_stays(self) -> None:
        folder = self.leave(str(uuid4()))
        self.look_after_files()
        assert self.host.share.exists(folder)
