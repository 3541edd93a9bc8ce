"""Resizes and migrations that cannot be: the server stays what it was, and Nova says why."""

from __future__ import annotations

from typing import Any

import pytest
from nova import exception
from nova.compute.instance_actions import LIVE_MIGRATION, MIGRATE, RESIZE
from nova.objects.flavor import Flavor
from tests.capabilities import shows

from openhyperv.emulator.rules.actions import MethodReturns
from openhyperv.emulator.rules.matching import Rule
from openhyperv.hyperv.states import MachineState
from openhyperv.machine.drives import BlankDisk
from openhyperv.machine.request import DiskRequest
from openhyperv.nova.migration.sizes import check_flavors
from tests_openstack.nova.cloud import GEN_2, Cloud

GIB = 1024**3
_FAILED = 32768


class RefusedMoves(Cloud):
    def setUp(self) -> None:
        super().setUp()
        self.flags(allow_resize_to_same_host=True)

    def refused(self, server: dict[str, Any], action: str, body: dict[str, Any], event: str) -> str:
        """Ask for something that is refused; returns why. The server runs as if nothing had been."""
        self.api.post_server_action(server["id"], body)
        failed = self._wait_for_action_fail_completion(server, action, event)
        after = self._wait_for_server_parameter(server, {"status": "ACTIVE", "OS-EXT-STS:task_state": None})
        assert after["flavor"] == server["flavor"]
        assert self.machine(server).state() is MachineState.RUNNING
        return str(failed["details"])

    def refused_resize(self, server: dict[str, Any], **flavor: Any) -> str:
        body = {"resize": {"flavorRef": self.flavor(**flavor)}}
        return self.refused(server, RESIZE, body, "compute_resize_instance")

    def refused_migration(self, server: dict[str, Any]) -> str:
        body = {"migrate": {"host": "hv2"}}
        return self.refused(server, MIGRATE, body, "compute_resize_instance")

    def start_second(self) -> None:
        self.start_compute("hv2", self.start_host("hv2"))

    @shows("J1")
    def test_disks_do_not_shrink(self) -> None:
        flavor = self.flavor(root_gb=2, ephemeral_gb=2)
        server = self.server(self.image(**GEN_2), flavor_id=flavor)
        assert "would shrink from 2 to 1 GB" in self.refused_resize(server, root_gb=2, ephemeral_gb=1)
        with pytest.raises(exception.CannotResizeDisk, match="root disk would shrink from 2 to 1 GB"):
            check_flavors(Flavor(root_gb=2, ephemeral_gb=0), Flavor(root_gb=1, ephemeral_gb=0))

    @shows("J1")
    def test_rules_judge_the_new_flavor_before_anything_is_touched(self) -> None:
        server = self.server(self.image(**GEN_2))
        uptime_s = self.machine(server).summary().uptime_s
        reason = self.refused_resize(server, hw__cpu_sockets="2")
        assert "hw:cpu_sockets=2" in reason
        assert self.machine(server).summary().uptime_s >= uptime_s

    def test_a_disk_that_nova_does_not_know_is_not_lost(self) -> None:
        server = self.server(self.image(**GEN_2))
        self.machine(server).disks.attach(DiskRequest("precious", BlankDisk(), size_bytes=GIB))
        assert "precious.vhdx, which is not one of Nova's" in self.refused_resize(server, root_gb=2)

    def test_checkpoints_are_in_the_way(self) -> None:
        server = self.server(self.image(**GEN_2))
        self.machine(server).checkpoints.take("before")
        assert "The machine has checkpoints." in self.refused_resize(server, root_gb=2)

    def test_a_tpm_does_not_leave_its_host_but_is_resized_there(self) -> None:
        self.start_second()
        image = self.image(**GEN_2, os_secure_boot="required", os_vtpm="required", os_type="linux")
        server = self.server(image, az="nova:hv1")
        assert "TPM is sealed with a key of its host" in self.refused_migration(server)
        self.other_service_is_down()
        self._resize_server(server, self.flavor(vcpus=2))
        assert self.machine(server).security.state().has_tpm

    def other_service_is_down(self) -> None:
        """Leave the scheduler no choice."""
        (service,) = [each for each in self.api.get_services() if each["host"] == "hv2"]
        self.api.put_service(service["id"], {"status": "disabled"})

    def test_what_fails_on_the_way_out_is_undone(self) -> None:
        self.start_second()
        port = self.neutron.port_1["id"]
        server = self.server(self.image(**GEN_2), az="nova:hv1", networks=[{"port": port}])
        self.rules.add(Rule(action=MethodReturns(return_value=_FAILED), method="RemoveResourceSettings"))
        self.refused_migration(server)
        assert [each.name for each in self.machine(server).adapters.list()] == [port]

    def test_a_running_server_stays_where_it_is(self) -> None:
        self.start_second()
        server = self.server(self.image(**GEN_2), az="nova:hv1")
        body = {"os-migrateLive": {"host": "hv2", "block_migration": "auto"}}
        self.refused(server, LIVE_MIGRATION, body, "conductor_live_migrate_instance")
        self._wait_for_migration_status(server, ["error"])
