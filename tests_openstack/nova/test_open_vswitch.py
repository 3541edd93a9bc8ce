"""Ports of type ``ovs``: adapters on Open vSwitch's switch, and ports in its database as others see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from nova.tests.functional.api.client import OpenStackApiException
from tests.capabilities import shows

from tests_openstack.nova.cloud import GEN_2, Cloud
from tests_openstack.nova.ovs_certificates import Authority, Pem
from tests_openstack.nova.ovs_cloud import SWITCH, OvsCloud
from tests_openstack.nova.ovs_database import OvsDatabase


class Plugging(OvsCloud):
    @shows("N21")
    def test_a_server_s_port_is_known_to_open_vswitch_by_its_name_until_the_server_is_gone(self) -> None:
        port = self.neutron.port_1
        server = self.with_port()
        assert self.switch_of(server, port["id"]) == SWITCH
        assert self.database.ports() == [port["id"]]
        assert self.database.external_ids(port["id"]) == {
            "iface-id": port["id"],
            "iface-status": "active",
            "attached-mac": port["mac_address"],
            "vm-uuid": server["id"],
        }
        self._delete_server(server)
        assert self.database.ports() == []

    def test_a_port_comes_and_goes_while_the_server_runs(self) -> None:
        port = self.neutron.port_1["id"]
        server = self.server(self.image(**GEN_2))
        self._attach_interface(server, port)
        assert self.switch_of(server, port) == SWITCH
        assert self.database.ports() == [port]
        self._detach_interface(server, port)
        assert self.database.ports() == []
        assert self.machine(server).adapters.list() == []

    def test_what_open_vswitch_lost_is_there_again_when_the_service_starts(self) -> None:
        port = self.neutron.port_1["id"]
        self.with_port()
        self.database.vsctl("--no-wait", "del-port", port)
        self.start_service_again()
        assert self.database.ports() == [port]

    def test_a_port_on_another_bridge_is_moved_when_the_service_starts(self) -> None:
        port = self.neutron.port_1["id"]
        server = self.with_port()
        self.database.vsctl(
            "--no-wait", "del-port", port, "--", "add-br", "br-old", "--", "add-port", "br-old", port
        )
        self.start_service_again()
        assert self.database.ports() == [port]
        assert self.database.vsctl("list-ports", "br-old") == ""
        assert self.database.external_ids(port)["vm-uuid"] == server["id"]

    def test_ports_of_others_stay(self) -> None:
        self.database.vsctl("--no-wait", "add-port", "br-int", "eth0")
        self._delete_server(self.with_port())
        assert self.database.ports() == ["eth0"]


class Moving(OvsCloud):
    """There and back: one host's Open vSwitch at a time has the port."""

    def setUp(self) -> None:
        super().setUp()
        self.first, self.port = self.database, self.neutron.port_1["id"]
        self.start_compute("hv2", self.start_host("hv2"))
        self.made = self.server(self.image(**GEN_2), networks=[{"port": self.port}], az="nova:hv1")
        assert (self.first.ports(), self.database.ports()) == ([self.port], [])

    def test_the_port_goes_along(self) -> None:
        moved = self._migrate_server(self.made, host="hv2")
        assert (self.first.ports(), self.database.ports()) == ([], [self.port])
        self._confirm_resize(moved)
        assert (self.first.ports(), self.database.ports()) == ([], [self.port])

    def test_the_port_comes_back(self) -> None:
        self._revert_resize(self._migrate_server(self.made, host="hv2"))
        assert (self.first.ports(), self.database.ports()) == ([self.port], [])

    def test_a_server_leaves_a_host_whose_database_is_away_and_its_port_follows_later(self) -> None:
        self.first.stop()
        moved = self._migrate_server(self.made, host="hv2")
        assert self.database.ports() == [self.port]
        self.first.start()
        assert self.first.ports() == [self.port]
        self.look_after_host()
        assert (self.first.ports(), self.database.ports()) == ([], [self.port])
        self._confirm_resize(moved)
        assert self.database.ports() == [self.port]


class Trouble(OvsCloud):
    def test_a_database_that_is_away_ends_a_build_with_nothing_left_and_says_so(self) -> None:
        connection = self.driver._compute.ovs.settings.connection
        self.database.stop()
        port = self.neutron.port_1["id"]
        server = self._create_server(
            image_uuid=self.image(**GEN_2),
            flavor_id=self.flavor(),
            networks=[{"port": port}],
            expected_state="ERROR",
        )
        reason = self.reason(server, "hyperv_spawn")
        assert "is not reached: Connection refused" in reason
        assert connection in reason
        assert not list(self.host.machines())
        assert "Exceeded maximum number of retries" in server["fault"]["message"], "there is no other host"

    def test_a_port_that_open_vswitch_was_not_told_of_is_not_attached(self) -> None:
        server = self.server(self.image(**GEN_2))
        self.database.stop()
        with pytest.raises(OpenStackApiException, match="Failed to attach network adapter"):
            self._attach_interface(server, self.neutron.port_1["id"])
        assert "is not reached" in self.reason(server, "hyperv_attach_interface")
        assert self.machine(server).adapters.list() == []

    def test_a_bridge_that_is_not_there_is_named(self) -> None:
        self.flags(ovs_bridge="br-none", group="neutron")
        server = self._create_server(
            image_uuid=self.image(**GEN_2),
            flavor_id=self.flavor(),
            networks=[{"port": self.neutron.port_1["id"]}],
            expected_state="ERROR",
        )
        assert "br-none" in self.reason(server, "hyperv_spawn")
        assert self.database.ports() == []


class OverTls(OvsCloud):
    def make_database(self, folder: Path) -> OvsDatabase:
        self.authority = Authority(folder / "ca")
        self.trust(self.authority.issue("nova"))
        return OvsDatabase(folder, self.authority.issue("host"))

    def trust(self, pem: Pem) -> None:
        """What the service believes, and shows."""
        self.flags(
            group="openhyperv",
            ovsdb_ca_file=str(pem.ca),
            ovsdb_certificate_file=str(pem.certificate),
            ovsdb_private_key_file=str(pem.key),
        )

    def test_both_sides_prove_who_they_are(self) -> None:
        self.with_port()
        assert self.database.ports() == [self.neutron.port_1["id"]]


class OverTlsOfAnother(OverTls):
    def make_database(self, folder: Path) -> OvsDatabase:
        trusted = super().make_database(folder)
        other = Authority(folder / "other")
        assert trusted.pem is not None
        return OvsDatabase(folder, other.issue("host"))

    def test_both_sides_prove_who_they_are(self) -> None:
        """A certificate that nobody signed whom the service trusts is refused."""
        server = self._create_server(
            image_uuid=self.image(**GEN_2),
            flavor_id=self.flavor(),
            networks=[{"port": self.neutron.port_1["id"]}],
            expected_state="ERROR",
        )
        assert "do not accept each other's certificates" in self.reason(server, "hyperv_spawn")
        assert self.database.ports() == []


class WithoutIt(Cloud):
    vif_type = "ovs"

    def test_a_host_that_has_no_open_vswitch_refuses_its_ports(self) -> None:
        server = self._create_server(
            image_uuid=self.image(**GEN_2),
            flavor_id=self.flavor(),
            networks=[{"port": self.neutron.port_1["id"]}],
            expected_state="ERROR",
        )
        assert "ovs_switch and ovsdb_connection are not set" in self.reason(server, "hyperv_spawn")
        assert not list(self.host.machines())
