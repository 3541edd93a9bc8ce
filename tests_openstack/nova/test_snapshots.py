"""Snapshots: images of servers that go on, and servers made of them."""

from __future__ import annotations

import sys

import pytest
from nova import context, exception
from nova.objects.instance import Instance
from tests.capabilities import shows
from tests.faults.killed import run

from openhyperv.hyperv.states import MachineState
from openhyperv.machine.drives import Bus, Slot
from tests_openstack.nova.cloud import GEN_2
from tests_openstack.nova.snapshot_cloud import WRITTEN, SnapshotCloud

IMAGE_SERVICE = "Msvm_ImageManagementService"


class Snapshots(SnapshotCloud):
    @shows("H14")
    def test_a_server_of_a_snapshot_has_what_the_first_had(self) -> None:
        server = self.server(self.image(**GEN_2))
        self.write(server)
        image = self.glance.show(context.get_admin_context(), self.snapshot(server))
        assert (image["disk_format"], image["container_format"]) == ("vhdx", "bare")
        assert (image["status"], image["min_disk"]) == ("active", 1)
        assert image["properties"]["hw_machine_type"] == "hyperv-gen2"
        assert self.machine(server).state() is MachineState.RUNNING
        again = self.server(image["id"])
        assert self.written(again) == WRITTEN
        assert not self.host.share.list(self.host.layout.copies)

    @shows("H14")
    def test_a_vhd_stays_one(self) -> None:
        server = self.server(self.image("dynamic.vhd", "vhd", hw_machine_type="hyperv-gen1"))
        self.write(server)
        image = self.glance.show(context.get_admin_context(), self.snapshot(server))
        assert image["disk_format"] == "vhd"
        assert self.written(self.server(image["id"])) == WRITTEN
        assert self.machine(server).disks.list()[0].slot == Slot(Bus.IDE, 0, 0)

    @shows("H14")
    def test_a_server_that_is_off_takes_few_requests(self) -> None:
        server = self.server(self.image(**GEN_2))
        self.api.post_server_action(server["id"], {"os-stop": {}})
        self._wait_for_state_change(server, "SHUTOFF")
        before = self.emulated.service.counts()["Invoke", IMAGE_SERVICE]
        self.snapshot(server)
        assert self.emulated.service.counts()["Invoke", IMAGE_SERVICE] == before + 1
        assert self.machine(server).state() is MachineState.OFF

    def test_what_glance_has_not_whole_is_no_image(self) -> None:
        server = self.server(self.image(**GEN_2))
        self.stub_out("nova.image.glance.API.update", lambda *_, **__: {"size": 17})
        self.api.post_server_action(server["id"], {"createImage": {"name": "snapshot"}})
        self.wait_until_idle(server)
        assert "snapshot" not in {each["name"] for each in self.glance.images.values()}
        assert self.machine(server).state() is MachineState.RUNNING
        assert not self.host.share.list(self.host.layout.copies)

    def test_a_shielded_server_has_no_snapshot(self) -> None:
        server = self.server(self.image(**GEN_2))
        admin = context.get_admin_context()
        instance = Instance.get_by_uuid(admin, server["id"])
        instance.system_metadata["image_os_shielded_vm"] = "required"
        with pytest.raises(exception.InstanceUnacceptable, match="shielded"):
            self.driver.snapshot(admin, instance, "image", lambda **_: None)

    @shows("X6")
    def test_a_service_that_starts_again_removes_what_it_had_left(self) -> None:
        server = self.server(self.image(**GEN_2))
        name = server["OS-EXT-SRV-ATTR:instance_name"]
        program = (sys.executable, "-m", "tests.faults.copying", name, "die")
        run({**self.emulated.environment(), "PYTHONPATH": "src"}, program)
        assert self.host.share.list(self.host.layout.copies)
        self.compute.stop()
        self.start_compute("hv1", self.emulated)
        assert not self.host.share.list(self.host.layout.copies)
        assert self.machine(server).state() is MachineState.RUNNING
