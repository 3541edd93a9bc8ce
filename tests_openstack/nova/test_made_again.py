"""Servers that are made again: rebuilt where they are, or evacuated from a host that died."""

from __future__ import annotations

from typing import Any

from tests.capabilities import shows

from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from tests_openstack.nova.cloud import GEN_2, Cloud
from tests_openstack.nova.disk_content import write_to_disk, written_on_disk


class Rebuild(Cloud):
    def test_a_rebuilt_server_keeps_its_port_and_is_otherwise_new(self) -> None:
        port = self.neutron.port_1["id"]
        server = self.server(self.image(**GEN_2), networks=[{"port": port}])
        before = self.machine(server)
        write_to_disk(self.emulated, before)
        other = self.image(**GEN_2)
        rebuilt = self._rebuild_server(server, other)
        machine = self.machine(rebuilt)
        assert machine.guid != before.guid
        assert [each.name for each in machine.adapters.list()] == [port]
        assert machine.summary().notes.splitlines()[0] == server["id"]
        (root,) = machine.disk_files()
        assert other in self.host.disks.inspect(root).parent
        assert not any(written_on_disk(self.emulated, machine))
        assert len(list(self.host.machines())) == 1


class Evacuation(Cloud):
    def setUp(self) -> None:
        super().setUp()
        self.second = self.start_host("hv2")
        self.other = self.client_of(self.second)
        self.other_compute = self.start_compute("hv2", self.second)

    def on_a_dead_host(self) -> dict[str, Any]:
        """A server on a host whose nova-compute is down."""
        server = self.server(self.image(**GEN_2), az="nova:hv1")
        self.compute.stop()
        (service,) = [each for each in self.api.get_services() if each["host"] == "hv1"]
        self.api.put_service(service["id"], {"forced_down": True})
        return server

    def names_on(self, host: Host) -> list[str]:
        return [each.name for each in host.machines()]

    def test_an_evacuated_server_is_made_of_its_image_and_gone_from_the_host_that_comes_back(self) -> None:
        server = self.on_a_dead_host()
        evacuated = self._evacuate_server(server, expected_host="hv2", expected_state="SHUTOFF")
        machine = self.other.machine(evacuated["OS-EXT-SRV-ATTR:instance_name"])
        started = self._start_server(evacuated)
        assert (started["status"], machine.state()) == ("ACTIVE", MachineState.RUNNING)
        assert len(self.names_on(self.host)) == 1
        self.compute = self.start_compute("hv1", self.emulated)
        assert self.names_on(self.host) == []
        assert self.host.share.list(self.host.layout.machines) == []
        assert machine.state() is MachineState.RUNNING

    @shows("J15")
    def test_files_that_are_there_already_are_not_overwritten(self) -> None:
        server = self.on_a_dead_host()
        folder = self.other.layout.machines / server["id"]
        self.other.share.make_folder(folder)
        failed = self._evacuate_server(
            server, expected_host="hv1", expected_state="ERROR", expected_migration_status="failed"
        )
        assert f"Look at them, and remove {folder}." in failed["fault"]["message"]
        assert self.other.share.exists(folder)
