"""A server that goes to another host, whose nova-compute fetches its files, and back."""

from __future__ import annotations

from typing import Any

from nova.context import get_admin_context
from tests.capabilities import shows
from tests.files.pictures import make_iso

from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from tests_openstack.nova.cloud import GEN_2, Cloud
from tests_openstack.nova.disk_content import WRITTEN, write_to_disk, written_on_disk

GIB = 1024**3


class ColdMigration(Cloud):
    def setUp(self) -> None:
        super().setUp()
        self.second = self.start_host("hv2")
        self.other = self.client_of(self.second)
        self.other_compute = self.start_compute("hv2", self.second)

    def server_on_hv1(self, image: str, **options: Any) -> dict[str, Any]:
        return self.server(image, az="nova:hv1", **options)

    def machine_on(self, host: Host, server: dict[str, Any]) -> VirtualMachine:
        return host.machine(server["OS-EXT-SRV-ATTR:instance_name"])

    def names_on(self, host: Host) -> list[str]:
        return [each.name for each in host.machines()]

    @shows("J2", "J3", "J4", "J8")
    def test_a_confirmed_migration_leaves_nothing_behind(self) -> None:
        self.flags(force_config_drive=True)
        port = self.neutron.port_1["id"]
        server = self.server_on_hv1(self.image(**GEN_2), networks=[{"port": port}])
        before = self.machine(server)
        firmware = before.firmware_guid()
        write_to_disk(self.emulated, before)
        moved = self._migrate_server(server, host="hv2")
        machine = self.machine_on(self.other, moved)
        assert moved["OS-EXT-SRV-ATTR:host"] == "hv2"
        assert machine.state() is MachineState.RUNNING
        assert machine.firmware_guid() == firmware
        assert written_on_disk(self.second, machine) == WRITTEN
        assert [each.name for each in machine.adapters.list()] == [port]
        files = [file.rpartition("\\")[2] for file in machine.disk_files()]
        assert sorted(files) == ["config.iso", "root.vhdx"]
        assert (before.state(), before.adapters.list()) == (MachineState.OFF, [])
        self._confirm_resize(moved)
        assert self.names_on(self.host) == []
        assert self.host.share.list(self.host.layout.machines) == []
        assert machine.state() is MachineState.RUNNING

    @shows("J8")
    def test_a_server_that_is_to_leave_never_comes_to_its_own_host(self) -> None:
        self.flags(allow_resize_to_same_host=True)  # which is for resizes
        server = self.server_on_hv1(self.image(**GEN_2))
        for host in ("hv2", "hv1", "hv2"):
            server = self._migrate_server(server)
            assert server["OS-EXT-SRV-ATTR:host"] == host
            self._confirm_resize(server)

    @shows("J8")
    def test_a_reverted_migration_is_where_it_was(self) -> None:
        port = self.neutron.port_1["id"]
        image = self.image(**GEN_2)
        server = self.server_on_hv1(image, networks=[{"port": port}])
        before = self.machine(server)
        moved = self._migrate_server(server, host="hv2")
        self.glance.delete(get_admin_context(), image)
        reverted = self._revert_resize(moved)
        assert reverted["OS-EXT-SRV-ATTR:host"] == "hv1"
        assert before.state() is MachineState.RUNNING
        assert [each.name for each in before.adapters.list()] == [port]
        assert self.names_on(self.other) == []
        assert self.other.share.list(self.other.layout.machines) == []

    @shows("J6")
    def test_a_server_is_resized_on_its_way(self) -> None:
        server = self.server_on_hv1(self.image(**GEN_2), flavor_id=self.flavor(ephemeral_gb=1))
        flavor = self.flavor(vcpus=2, root_gb=2, ephemeral_gb=3)
        moved = self._resize_server(server, flavor)
        machine = self.machine_on(self.other, moved)
        sizes = [self.other.disks.inspect(file).size_bytes for file in machine.disk_files()]
        assert (machine.summary().vcpus, sizes[1]) == (2, 3 * GIB)
        assert GIB < sizes[0] <= 2 * GIB

    def test_a_disk_that_builds_on_an_image_brings_it_along(self) -> None:
        """Also where Glance has it no more."""
        image = self.image(**GEN_2)
        server = self.server_on_hv1(image)
        self.glance.delete(get_admin_context(), image)
        moved = self._migrate_server(server, host="hv2")
        (root,) = self.machine_on(self.other, moved).disk_files()
        _, base = self.other.disks.chain(root)
        assert base.path == str(self.other.layout.images / f"{image}.vhdx")

    def test_a_server_that_is_deleted_before_it_is_confirmed_leaves_nothing(self) -> None:
        moved = self._migrate_server(self.server_on_hv1(self.image(**GEN_2)), host="hv2")
        self._delete_server(moved)
        assert (self.names_on(self.host), self.names_on(self.other)) == ([], [])
        for host in (self.host, self.other):
            assert host.share.list(host.layout.machines) == []

    def test_a_server_of_an_iso_takes_its_image_and_its_disk_along(self) -> None:
        image = self.register(make_iso(self.folder), "iso")
        server = self.server_on_hv1(image, flavor_id=self.flavor(ephemeral_gb=1))
        moved = self._resize_server(server, self.flavor(vcpus=2, ephemeral_gb=2))
        machine = self.machine_on(self.other, moved)
        disc = str(self.other.layout.images / f"{image}.iso")
        (disk,) = [file for file in machine.disk_files() if file != disc]
        assert len(machine.disk_files()) == len((disc, disk))
        assert self.other.disks.inspect(disk).size_bytes == 2 * GIB
        self._confirm_resize(moved)
        assert self.host.share.exists(self.host.layout.images / f"{image}.iso")
