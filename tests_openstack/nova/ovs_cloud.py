"""A cloud whose host runs Open vSwitch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nova.context import get_admin_context
from tests.hyperv.stock import add_switch

from openhyperv.emulator.emulated_host import EmulatedHost
from tests_openstack.nova.cloud import GEN_2, Cloud
from tests_openstack.nova.ovs_database import OvsDatabase

SWITCH = "with Open vSwitch"


class OvsCloud(Cloud):
    """``hv1`` runs Open vSwitch, whose database listens on TCP."""

    vif_type = "ovs"

    def start_compute(self, name: str, emulated: EmulatedHost) -> Any:
        add_switch(self.client_of(emulated), SWITCH)
        self.database = self.make_database(self.folder / name)
        self.addCleanup(self.database.stop)
        connection = self.way_to(self.database.start())
        self.flags(group="openhyperv", ovs_switch=SWITCH, ovsdb_connection=connection)
        return super().start_compute(name, emulated)

    def start_service_again(self) -> None:
        """As after a kill: what it knew is gone."""
        self.compute.stop()
        self.compute = super().start_compute("hv1", self.emulated)

    def way_to(self, connection: str) -> str:
        """How the service reaches the database."""
        return connection

    def look_after_host(self) -> None:
        """What Nova does every forty minutes."""
        self.compute.manager._run_image_cache_manager_pass(get_admin_context())

    def make_database(self, folder: Path) -> OvsDatabase:
        return OvsDatabase(folder)

    def with_port(self, port: str = "") -> dict[str, Any]:
        """A server with one port, which is the one that Neutron has if none is named."""
        return self.server(self.image(**GEN_2), networks=[{"port": port or self.neutron.port_1["id"]}])

    def switch_of(self, server: dict[str, Any], port: str) -> str | None:
        """The name of the switch that an adapter is connected to."""
        (adapter,) = [each for each in self.machine(server).adapters.list() if each.name == port]
        names = {switch.guid: switch.name for switch in self.host.switches.list()}
        return names.get(adapter.specification.switch or "")
