"""Resizing a server where it is: changed in place, and back as long as its user has not confirmed."""

from __future__ import annotations

from tests.capabilities import shows

from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.states import MachineState
from tests_openstack.nova.cloud import GEN_2, Cloud

GIB = 1024**3


class ResizeInPlace(Cloud):
    def setUp(self) -> None:
        super().setUp()
        self.flags(allow_resize_to_same_host=True)

    def sizes(self, server: dict[str, object]) -> dict[str, int]:
        """The disks of a server's machine by file name, in bytes."""
        files = self.machine(server).disk_files()
        return {file.rpartition("\\")[2]: self.host.disks.inspect(file).size_bytes for file in files}

    def folder_of(self, server: dict[str, object]) -> WindowsPath:
        return self.host.layout.machines / str(server["id"])

    @shows("J6", "J7", "J9")
    def test_a_confirmed_resize_is_the_same_machine_with_more(self) -> None:
        server = self.server(self.image(**GEN_2), flavor_id=self.flavor(ephemeral_gb=1))
        before = self.machine(server)
        small = self.sizes(server)
        large = self.flavor(
            vcpus=2, memory_mb=1024, root_gb=2, ephemeral_gb=2, quota__disk_total_iops_sec="900"
        )
        resized = self._resize_server(server, large)
        machine = self.machine(resized)
        summary = machine.summary()
        assert (machine.guid, summary.state, summary.vcpus) == (before.guid, MachineState.RUNNING, 2)
        assert summary.memory_mb == 1024
        grown = self.sizes(resized)
        assert grown["root.vhdx"] > small["root.vhdx"]
        assert grown["eph0.vhdx"] == 2 * GIB
        assert {drive.maximum_iops for drive in machine.disks.list() if not drive.is_dvd} == {900}
        confirmed = self._confirm_resize(resized)
        assert confirmed["status"] == "ACTIVE"
        assert not any(
            each.is_folder for each in self.host.share.list(self.folder_of(server)) if each.name == "kept"
        )
        assert len(list(self.host.machines())) == 1

    @shows("J8", "J9")
    def test_a_reverted_resize_is_what_it_was(self) -> None:
        server = self.server(self.image(**GEN_2), flavor_id=self.flavor(ephemeral_gb=1))
        guid, small = self.machine(server).guid, self.sizes(server)
        resized = self._resize_server(server, self.flavor(vcpus=2, root_gb=2, ephemeral_gb=0))
        assert set(self.sizes(resized)) == {"root.vhdx"}
        reverted = self._revert_resize(resized)
        machine = self.machine(reverted)
        assert (machine.guid, machine.summary().vcpus, machine.state()) == (guid, 1, MachineState.RUNNING)
        assert self.sizes(reverted) == small
        assert not self.host.share.exists(self.folder_of(server) / "kept")
        self._delete_server(reverted)
        assert not self.host.share.list(self.host.layout.machines)
