"""Resizing a server where it is: changed in place, and back as long as its user has not confirmed."""

from __future__ import annotations

from tests.capabilities import shows

from openhyperv.emulator.rules.actions import MethodReturns
from openhyperv.emulator.rules.matching import Rule
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.names import system_settings
from openhyperv.hyperv.states import MachineState
from openhyperv.wire.wql import AssociatorsOf
from tests_openstack.nova.cloud import GEN_2, Cloud
from tests_openstack.nova.disk_content import WRITTEN, write_to_disk, written_on_disk

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
        write_to_disk(self.emulated, self.machine(server))
        resized = self._resize_server(server, self.flavor(vcpus=2, root_gb=2, ephemeral_gb=0))
        assert set(self.sizes(resized)) == {"root.vhdx"}
        assert written_on_disk(self.emulated, self.machine(resized)) == WRITTEN
        write_to_disk(self.emulated, self.machine(resized), b"regretted".ljust(512))
        reverted = self._revert_resize(resized)
        machine = self.machine(reverted)
        assert (machine.guid, machine.summary().vcpus, machine.state()) == (guid, 1, MachineState.RUNNING)
        assert self.sizes(reverted) == small
        assert written_on_disk(self.emulated, machine) == WRITTEN
        assert not self.host.share.exists(self.folder_of(server) / "kept")
        self._delete_server(reverted)
        assert not self.host.share.list(self.host.layout.machines)

    def test_swap_space_of_another_size_is_new(self) -> None:
        server = self.server(self.image(**GEN_2), flavor_id=self.flavor_with_swap(512))
        resized = self._resize_server(server, self.flavor_with_swap(256))
        assert self.sizes(resized)["swap.vhdx"] == 256 << 20
        reverted = self._revert_resize(resized)
        assert self.sizes(reverted)["swap.vhdx"] == 512 << 20
        without = self._confirm_resize(self._resize_server(reverted, self.flavor()))
        assert "swap.vhdx" not in self.sizes(without)
        assert not self.host.share.exists(self.folder_of(server) / "swap.vhdx")

    def test_swap_space_is_at_least_as_large_as_a_disk_can_be(self) -> None:
        server = self.server(self.image(**GEN_2), flavor_id=self.flavor_with_swap(1))
        assert self.sizes(server)["swap.vhdx"] == 3 << 20

    def flavor_with_swap(self, swap_mb: int) -> str:
        return str(self._create_flavor(vcpu=1, memory_mb=512, disk=1, swap=swap_mb))

    @shows("J7")
    def test_what_is_not_asked_for_any_more_is_switched_off(self) -> None:
        """Nested virtualization, and a limit of disks."""
        flavor = self.flavor(memory_mb=4096, hw__cpu_features="vmx", quota__disk_total_iops_sec="900")
        server = self.server(self.image(**GEN_2), flavor_id=flavor)
        assert self.is_nested(server)
        resized = self._resize_server(server, self.flavor(memory_mb=4096))
        assert {drive.maximum_iops for drive in self.machine(resized).disks.list()} == {0}
        assert not self.is_nested(resized)

    def is_nested(self, server: dict[str, object]) -> bool:
        query = AssociatorsOf(
            system_settings(self.machine(server).guid),
            association_class="Msvm_VirtualSystemSettingDataComponent",
            result_class="Msvm_ProcessorSettingData",
        )
        return bool(next(self.host.session.query(query))["ExposeVirtualizationExtensions"])

    def test_a_resize_that_fails_half_way_leaves_what_was(self) -> None:
        server = self.server(self.image(**GEN_2))
        small = self.sizes(server)
        self.rules.add(
            Rule(action=MethodReturns(return_value=32768), method="ModifyResourceSettings", count=1)
        )
        self.api.post_server_action(server["id"], {"resize": {"flavorRef": self.flavor(vcpus=2, root_gb=2)}})
        failed = self._wait_for_state_change(server, "ERROR")
        assert failed["flavor"]["vcpus"] == 1
        assert self.sizes(failed) == small
        self.api.post_server_action(server["id"], {"reboot": {"type": "HARD"}})
        assert self._wait_for_state_change(server, "ACTIVE")["flavor"]["vcpus"] == 1
        assert self.machine(server).summary().vcpus == 1

    def test_a_resized_server_is_deleted_with_what_it_could_go_back_to(self) -> None:
        server = self.server(self.image(**GEN_2))
        self._delete_server(self._resize_server(server, self.flavor(vcpus=2, root_gb=2)))
        assert self.host.share.list(self.host.layout.machines) == []

    @shows("J6")
    def test_a_disk_that_cannot_grow_on_its_image_holds_everything_itself(self) -> None:
        """A differencing VHD, as of a flavor that takes images as large as they are."""
        image = self.image("dynamic.vhd", "vhd", hw_machine_type="hyperv-gen1")
        server = self.server(image, flavor_id=self.flavor(root_gb=0))
        write_to_disk(self.emulated, self.machine(server))
        small = self.sizes(server)
        resized = self._resize_server(server, self.flavor(root_gb=1))
        (root,) = self.machine(resized).disk_files()
        assert (self.host.disks.inspect(root).parent, self.sizes(resized) != small) == ("", True)
        assert written_on_disk(self.emulated, self.machine(resized)) == WRITTEN
        assert self.sizes(self._revert_resize(resized)) == small
