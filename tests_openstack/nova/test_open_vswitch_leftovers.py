"""Open vSwitch's database goes away while ports are changed: nothing is left of them in the end."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from nova.context import get_admin_context
from nova.tests.functional.api.client import OpenStackApiException
from tests.capabilities import shows

from tests_openstack.nova.cloud import GEN_2
from tests_openstack.nova.cutting_proxy import Cut, CuttingProxy, Damage, Moment
from tests_openstack.nova.ovs_cloud import OvsCloud
from tests_openstack.nova.waiting import wait_until

_TIMEOUT_S = 1.0


class CutOff(OvsCloud):
    """The way to the database ends at its next transaction, before or after the database has it."""

    def way_to(self, connection: str) -> str:
        self.flags(group="openhyperv", ovsdb_timeout=_TIMEOUT_S)
        self.proxy = CuttingProxy(("127.0.0.1", int(connection.rpartition(":")[2])))
        self.addCleanup(self.proxy.stop)
        return self.proxy.start()

    @property
    def port(self) -> str:
        return str(self.neutron.port_1["id"])

    def cut(self, moment: Moment) -> None:
        self.proxy.break_at(Cut("transact", moment, Damage.GONE))

    def mend(self) -> None:
        assert self.proxy.struck.is_set()
        self.proxy.mend()

    def failing_server(self) -> dict[str, Any]:
        wanted = {"image_uuid": self.image(**GEN_2), "flavor_id": self.flavor()}
        return dict(self._create_server(**wanted, networks=[{"port": self.port}], expected_state="ERROR"))


class Creating(CutOff):
    def test_a_build_that_fails_leaves_nothing(self) -> None:
        for moment in Moment:
            self.cut(moment)
            server = self.failing_server()
            assert "did not answer in 1 s" in self.reason(server, "hyperv_spawn")
            assert not list(self.host.machines())
            assert self.database.ports() == ([self.port] if moment is Moment.AFTER else [])
            self.mend()
            self.look_after_host()
            assert self.database.ports() == []
            self._delete_server(server)


class Attaching(CutOff):
    def test_a_port_that_was_not_attached_is_gone_in_the_end_and_can_be_attached_again(self) -> None:
        server = self.server(self.image(**GEN_2))
        for moment in Moment:
            self.cut(moment)
            with pytest.raises(OpenStackApiException, match="Failed to attach network adapter"):
                self._attach_interface(server, self.port)
            assert "did not answer in 1 s" in self.reasons(server, "hyperv_attach_interface")[0]
            assert self.machine(server).adapters.list() == []
            self.mend()
            self.look_after_host()
            assert self.database.ports() == []
        self._attach_interface(server, self.port)
        assert self.database.ports() == [self.port]

    def test_a_port_that_was_not_detached_can_be_detached_again(self) -> None:
        server = self.server(self.image(**GEN_2))
        for moment in Moment:
            self._attach_interface(server, self.port)
            told = len(self.detaching_failed(server))
            self.cut(moment)
            self.api.detach_interface(server["id"], self.port)
            wait_until(lambda before=told: len(self.detaching_failed(server)) > before)
            assert "did not answer in 1 s" in self.detaching_failed(server)[0]
            self.mend()
            self._detach_interface(server, self.port)
            assert self.database.ports() == []
            assert self.machine(server).adapters.list() == []

    def detaching_failed(self, server: dict[str, Any]) -> list[str]:
        """Why, the last time first."""
        return self.reasons(server, "hyperv_detach_interface")


class Deleting(CutOff):
    def deleted_without_database(self) -> None:
        """A server is deleted while the database does not answer."""
        server = self.with_port()
        self.cut(Moment.BEFORE)
        self._delete_server(server)
        assert not list(self.host.machines())
        assert self.database.ports() == [self.port]
        self.mend()

    @shows("N21")
    def test_a_server_is_deleted_all_the_same_and_its_ports_soon(self) -> None:
        self.deleted_without_database()
        self.compute.manager._run_pending_deletes(get_admin_context())
        assert self.database.ports() == []

    def test_its_ports_are_gone_once_the_service_has_started_again(self) -> None:
        self.deleted_without_database()
        self.start_service_again()
        assert self.database.ports() == []

    def test_a_server_that_is_deleted_as_the_connection_is_lost_leaves_nothing(self) -> None:
        server = self.with_port()
        self.cut(Moment.AFTER)
        self._delete_server(server)
        assert not list(self.host.machines())
        assert self.database.ports() == []


class LookingAfter(OvsCloud):
    """What of others is like a port of ours, and stays."""

    def add_port(self, name: str, owner: str) -> None:
        identifiers = f"external_ids:vm-uuid={owner}"
        self.database.vsctl(
            "--no-wait", "add-port", "br-int", name, "--", "set", "Interface", name, identifiers
        )

    def test_ports_of_servers_and_of_others_stay(self) -> None:
        lost = self.with_port()
        self.machine(lost).delete()
        self.add_port("stranger", str(uuid4()))
        self.add_port("nobody", "nobody")
        self.database.vsctl("--no-wait", "add-port", "br-int", "eth0")
        before = self.database.ports()
        self.look_after_host()
        self.start_service_again()
        assert self.database.ports() == before
        assert set(before) == {self.neutron.port_1["id"], "stranger", "nobody", "eth0"}

    def test_a_port_of_a_server_that_has_no_such_adapter_goes_and_its_others_stay(self) -> None:
        server = self.with_port()
        self.add_port("detached", server["id"])
        self.look_after_host()
        assert self.database.ports() == [self.neutron.port_1["id"]]

    def test_a_host_without_the_database_is_looked_after_all_the_same(self) -> None:
        self.database.stop()
        self.look_after_host()
        assert (
            "Ports in Open vSwitch that are left over stay until the next time." in self.stdlog.logger.output
        )
