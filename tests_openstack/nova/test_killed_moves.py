"""A nova-compute that dies at any change of a resize or migration: what its next start makes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from attrs import frozen
from nova.context import get_admin_context
from nova.objects.migration import MigrationList
from tests.capabilities import shows

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from tests_openstack.nova.cloud import GEN_2, Cloud
from tests_openstack.nova.frost import Frost
from tests_openstack.nova.waiting import wait_until

MOST_CHANGES = 30
Server: TypeAlias = dict[str, Any]
GIB = 1024**3
_SETTLED = ("ACTIVE", "VERIFY_RESIZE", "ERROR")


@frozen
class Attempt:
    """What is begun, what comes before that, what is so when it is done, and what after a death half-way."""

    begin: Callable[[Server], None]
    check: Callable[[Server], None]
    prepare: Callable[[Server], object] = lambda _: None
    done: str = "VERIFY_RESIZE"


class KilledMoves(Cloud):
    def setUp(self) -> None:
        self.frosts: dict[str, Frost] = {}
        self.services: dict[str, Any] = {}
        self.hosts: dict[str, Host] = {}
        self.networks: Any = "none"
        super().setUp()
        self.flags(allow_resize_to_same_host=True)
        self.picture = self.image(**GEN_2)
        self.small = self.flavor(ephemeral_gb=1)
        self.large = self.flavor(vcpus=2, root_gb=2, ephemeral_gb=2)

    def start_host(self, name: str, **options: Any) -> EmulatedHost:
        self.rules = self.frosts[name] = Frost()
        host = super().start_host(name, **options)
        self.hosts[name] = self.client_of(host)
        return host

    def start_compute(self, name: str, emulated: EmulatedHost) -> Any:
        self.services[name] = super().start_compute(name, emulated)
        return self.services[name]

    def kill_and_start_again(self, name: str, emulated: EmulatedHost) -> None:
        """Let a service hear nothing more, without a chance to tidy up, and start another of its name."""
        self.services[name].rpcserver.stop()
        self.services[name].rpcserver_alt.stop()
        self.start_compute(name, emulated)
        self.addCleanup(self.frosts[name].thaw)  # before the dead service is waited for

    @shows("J9", "X6")
    def test_a_resize_in_place_goes_back_to_what_it_was(self) -> None:
        changes = self.survive("hv1", self.emulated, Attempt(self.resize, self.is_small))
        assert changes >= len(("off", "root grows", "eph0 grows", "devices", "on"))

    @shows("J8", "X6")
    def test_a_revert_goes_on(self) -> None:
        def prepare(server: Server) -> None:
            self.resize(server)
            self._wait_for_state_change(server, "VERIFY_RESIZE")

        def revert(server: Server) -> None:
            self.api.post_server_action(server["id"], {"revertResize": None})

        attempt = Attempt(revert, self.is_small, prepare, done="ACTIVE")
        changes = self.survive("hv1", self.emulated, attempt)
        assert changes >= len(("off", "disks", "devices", "on"))

    def resize(self, server: Server) -> None:
        self.api.post_server_action(server["id"], {"resize": {"flavorRef": self.large}})

    def is_small(self, server: Server) -> None:
        assert (server["status"], server["flavor"]["vcpus"]) == ("ACTIVE", 1)
        machine = self.machine(server)
        assert machine.summary().vcpus == 1
        sizes = [self.host.disks.inspect(file).size_bytes for file in machine.disk_files()]
        assert max(sizes) <= GIB

    @shows("J8")
    def test_what_was_being_confirmed_is_confirmed_again(self) -> None:
        self.start_compute("hv2", self.start_host("hv2"))
        server = self.server(self.picture, flavor_id=self.small, az="nova:hv1", networks="none")
        moved = self._migrate_server(server, host="hv2")
        (migration,) = MigrationList.get_by_filters(get_admin_context(), {"instance_uuid": server["id"]})
        migration.status = "confirming"
        migration.save()
        self.kill_and_start_again("hv1", self.emulated)
        self._confirm_resize(moved)
        assert list(self.host.machines()) == []

    @shows("J2", "X6")
    def test_a_server_that_is_about_to_leave_stays(self) -> None:
        self.start_compute("hv2", self.start_host("hv2"))
        self.networks = [{"port": self.neutron.port_1["id"]}]

        def check(server: Server) -> None:
            assert (server["status"], server["OS-EXT-SRV-ATTR:host"]) == ("ACTIVE", "hv1")

        assert self.survive("hv1", self.emulated, Attempt(self.migrate, check)) == len(("off", "unplug"))

    @shows("J3", "X6")
    def test_a_server_that_did_not_arrive_is_in_error_and_whole_where_it_was(self) -> None:
        second = self.start_host("hv2")
        self.start_compute("hv2", second)

        def check(server: Server) -> None:
            assert server["status"] == "ERROR"
            assert "It is whole, and off, on hv1." in server["fault"]["message"]
            machine = self.hosts["hv1"].machine(server["OS-EXT-SRV-ATTR:instance_name"])
            machine.start()

        assert self.survive("hv2", second, Attempt(self.migrate, check)) >= len(
            ("parent", "define", "add", "on")
        )

    def migrate(self, server: Server) -> None:
        self.api.post_server_action(server["id"], {"migrate": {"host": "hv2"}})

    def survive(self, name: str, emulated: EmulatedHost, attempt: Attempt) -> int:
        """Begin, and die at the first change, then at the second, and so on; returns how many there were."""
        for nth in range(1, MOST_CHANGES):
            server = self.server(self.picture, flavor_id=self.small, az="nova:hv1", networks=self.networks)
            attempt.prepare(server)
            self.begin_and_die(name, nth, server, attempt)
            if not self.frosts[name].struck.is_set():
                self._delete_server(server)
                return nth - 1
            self.kill_and_start_again(name, emulated)
            settled = self.api.get_server(server["id"])
            where = f"killed at change {nth}: {settled['status']}, {settled.get('fault')}"
            assert settled["OS-EXT-STS:task_state"] is None, where
            assert settled["status"] in _SETTLED, where
            attempt.check(settled)
            self.check_machine(settled)
            self.api.delete_server(server["id"])
            self.wait_until_gone(server)
            self.check_nothing_left(where)
        raise AssertionError("it does not end")

    def begin_and_die(self, name: str, nth: int, server: Server, attempt: Attempt) -> None:
        """Return when the service has died, or is done where it did not come that far."""
        frost = self.frosts[name]
        frost.freeze_at(nth)
        attempt.begin(server)
        wait_until(lambda: frost.struck.is_set() or self._is(server, attempt.done))
        frost.spare()

    def _is(self, server: Server, status: str) -> bool:
        now = self.api.get_server(server["id"])
        return bool(now["status"] == status and now["OS-EXT-STS:task_state"] is None)

    def wait_until_gone(self, server: Server) -> None:
        """Nova's own helper takes a server that was in ERROR before for one that cannot be deleted."""
        wait_until(lambda: server["id"] not in [each["id"] for each in self.api.get_servers(detail=False)])

    def check_machine(self, server: Server) -> None:
        """A server that is ACTIVE has a machine that runs, where Nova says that it is."""
        if server["status"] != "ERROR":
            host = self.hosts[server["OS-EXT-SRV-ATTR:host"]]
            machine = host.machine(server["OS-EXT-SRV-ATTR:instance_name"])
            assert machine.state() is MachineState.RUNNING
        else:
            assert server["fault"]["message"]

    def check_nothing_left(self, where: str) -> None:
        """Nova removes what a broken move has left on another host some time after the server is gone."""
        for name, service in self.services.items():
            self.flags(host=name)
            service.manager._cleanup_running_deleted_instances(get_admin_context())
        for name, host in self.hosts.items():
            assert list(host.machines()) == [], f"{where}, on {name}"
            assert self._files_on(host) == [], f"{where}, on {name}"

    def _files_on(self, host: Host) -> list[str]:
        """What is there of machines; a lock goes with whoever holds it."""
        if not host.share.exists(host.layout.machines):
            return []
        names = [each.name for each in host.share.list(host.layout.machines)]
        return [name for name in names if not name.endswith(".lock")]
