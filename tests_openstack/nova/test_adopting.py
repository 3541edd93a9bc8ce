"""Instances that a former driver made go on under this one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from attrs import evolve
from tests.hyperv.serial_ports import ports_of
from tests.hyperv.specs import GEN_2 as PROPERTIES
from tests.hyperv.specs import machine_spec

from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.states import MachineState
from openhyperv.machine.drives import BlankDisk
from openhyperv.machine.request import DiskRequest
from tests_openstack.nova.cloud import GEN_2, Cloud

OLD = WindowsPath.parse("C:\\OpenStack")
GIB = 1024**3


class Adopting(Cloud):
    def test_a_former_drivers_instance_is_taken_over_and_deleted_with_its_files(self) -> None:
        server = self.made_by_a_former_driver()
        assert server["id"] not in self.driver.list_instance_uuids()
        self.flags(adopted_instances_path=str(OLD / "machines"), group="openhyperv")
        self.compute = self.restart_compute_service(self.compute, keep_hypervisor_state=False)
        assert self.compute.manager.driver.list_instance_uuids() == [server["id"]]
        with ports_of(self.emulated, self.machine(server).guid) as ports:
            port = ports(1)
            port.until_opened()
        self.api.post_server_action(server["id"], {"os-stop": None})
        self._wait_for_state_change(server, "SHUTOFF")
        assert self.machine(server).state() is MachineState.OFF
        self._delete_server(server)
        assert not list(self.host.machines())
        assert not self.host.share.list(OLD / "machines")

    def made_by_a_former_driver(self) -> dict[str, Any]:
        """A server whose machine has the notes and the folder that a former driver would have given it."""
        server = self.server(self.image(**GEN_2))
        self.machine(server).delete()
        disk = DiskRequest("root", BlankDisk(), size_bytes=GIB, boot_index=0)
        spec = machine_spec(server["OS-EXT-SRV-ATTR:instance_name"], PROPERTIES, disks=(disk,))
        self.host.layout = Layout(OLD)
        self.host.create(evolve(spec, identity=UUID(server["id"]), notes="")).start()
        return server
