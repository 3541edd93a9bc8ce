"""How many requests Nova's operations take of a host: exactly as many as the page about them says."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from nova import context
from nova.objects.instance import Instance
from tests.capabilities import shows

from openhyperv.emulator.rules.actions import MethodReturns
from openhyperv.emulator.rules.matching import Rule
from openhyperv.hyperv.states import MachineState
from openhyperv.nova.driver import HyperVDriver
from tests_openstack.nova.cloud import GEN_2, Cloud
from tests_openstack.nova.waiting import wait_until

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "nova-requests.md"


def counts_of_the_page() -> dict[str, int]:
    """The last column of the page's tables by the first."""
    rows = re.findall(r"(?m)^\| ([^|]+?) \|.*\| (\d+) \|$", PAGE.read_text("utf-8"))
    return {operation: int(count) for operation, count in rows}


class Requests(Cloud):
    def setUp(self) -> None:
        super().setUp()
        self.flags(force_config_drive=True)
        self.flags(wait_soft_reboot_seconds=2, group="openhyperv")
        self.driver.register_event_listener(None)  # with which Nova would look at each change once more
        self.admin = context.get_admin_context()
        self.picture = self.image(**GEN_2)

    def instance(self, server: dict[str, Any]) -> Instance:
        return Instance.get_by_uuid(self.admin, server["id"], expected_attrs=["flavor", "system_metadata"])

    def count(self, act: Callable[[], object]) -> int:
        with self.rules.watching() as seen:
            act()
        return len(seen)

    def check(self, acts: dict[str, Callable[[], object]]) -> None:
        counted = {operation: self.count(act) for operation, act in acts.items()}
        wanted = counts_of_the_page()
        assert counted == {operation: wanted.get(operation) for operation in counted}

    def make(self) -> None:
        self.made = self.server(self.picture, networks=[{"port": self.neutron.port_1["id"]}])

    def test_the_life_of_a_server(self) -> None:
        self.server(self.picture)  # by which the image is on the host, and jobs are heard of
        self.check(
            {
                "spawn with a disk, an adapter and a config drive": self.make,
                "destroy": lambda: self._delete_server(self.made),
            }
        )

    @shows("H3", "H4", "H5", "H6", "H7", "H8", "X3")
    def test_power(self) -> None:
        instance = self.instance(self.server(self.picture))
        driver, admin = self.driver, self.admin
        self.check(
            {
                "hard power off": lambda: driver.power_off(instance),
                "power off what is off": lambda: driver.power_off(instance),
                "power on": lambda: driver.power_on(admin, instance, []),
                "pause": lambda: driver.pause(instance),
                "unpause": lambda: driver.unpause(instance),
                "suspend": lambda: driver.suspend(admin, instance),
                "resume": lambda: driver.resume(admin, instance, []),
                "hard reboot": lambda: driver.reboot(admin, instance, [], "HARD"),
                "crash dump": lambda: driver.trigger_crash_dump(instance),
            }
        )

    @shows("B1", "B2", "B4", "B5")
    def test_looks(self) -> None:
        made = self.server(self.picture)
        assert self.driver.list_instances() == [made["OS-EXT-SRV-ATTR:instance_name"]]
        assert self.driver.get_available_nodes() == ["hv1"]
        self.check(
            {
                "list N instances with their states": self.driver.list_instance_uuids,
                "information about one instance": partial(
                    self.driver.get_info, self.instance(made), use_cache=False
                ),
                "uptime of the host": self.driver.get_host_uptime,
                "all about the host, each ten minutes": partial(self.fresh().get_available_resource, "hv1"),
            }
        )

    def fresh(self) -> HyperVDriver:
        """A driver that knows nothing of the host yet."""
        driver = HyperVDriver(self.compute.manager.virtapi)
        self.addCleanup(driver.cleanup_host, "hv1")
        return driver

    def test_what_idle_servers_cost(self) -> None:
        """The same for one server and for three."""
        update = partial(self.compute.manager.update_available_resource, self.admin)
        for servers in (1, 2):
            for _ in range(servers):
                self.server(self.picture)
            self.check(
                {
                    "update of resources, each minute": update,
                    "all periodic tasks of Nova, each run once": self.all_periodic_tasks,
                }
            )

    def all_periodic_tasks(self) -> None:
        manager = self.compute.manager
        for _, task in manager._periodic_tasks:
            task(manager, self.admin)
        wait_until(lambda: not manager._syncs_in_progress)


class Metering(Cloud):
    @shows("L1")
    def test_servers_are_metered_where_the_operator_wants_that(self) -> None:
        self.flags(enable_instance_metrics_collection=True, group="openhyperv")
        made = self.server(self.image(**GEN_2))
        machine = self.machine(made)
        assert machine.metrics().guid == machine.guid

    def test_a_server_runs_where_it_cannot_be_metered(self) -> None:
        self.flags(enable_instance_metrics_collection=True, group="openhyperv")
        self.rules.add(Rule(action=MethodReturns(return_value=32768), method="ControlMetrics"))
        assert self.machine(self.server(self.image(**GEN_2))).state() is MachineState.RUNNING
