"""Starting nova-compute on hosts that have a history."""

from __future__ import annotations

from tests.hyperv.specs import machine_spec

from tests_openstack.nova.cloud import GEN_2, Cloud


class Starting(Cloud):
    def test_a_host_with_machines_of_others_is_taken_and_they_are_let_be(self) -> None:
        emulated = self.start_host("hv2")
        host = self.client_of(emulated)
        host.create(machine_spec("foreign", GEN_2)).start()
        driver = self.start_compute("hv2", emulated).manager.driver
        assert driver.list_instances() == driver.list_instance_uuids() == []
        assert driver.get_num_instances() == 0
        assert [machine.name for machine in host.machines()] == ["foreign"]

    def test_a_node_stays_the_same_over_restarts(self) -> None:
        server = self.server(self.image(**GEN_2), networks=[{"port": self.neutron.port_1["id"]}])
        nodes = self.driver.get_nodenames_by_uuid()
        assert list(nodes.values()) == self.driver.get_available_nodes() == ["hv1"]
        assert list(nodes) == [self._get_provider_uuid_by_host("hv1")]
        again = self.restart_compute_service(self.compute, keep_hypervisor_state=False).manager.driver
        assert again.get_nodenames_by_uuid() == nodes
        assert again.list_instance_uuids() == [server["id"]]
        assert self.api.get_server(server["id"])["status"] == "ACTIVE"
