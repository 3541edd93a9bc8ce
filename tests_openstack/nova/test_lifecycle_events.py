"""What servers do by themselves, or by people at the host, shows in Nova."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from time import sleep
from typing import Any

from nova.compute import power_state
from tests.capabilities import shows
from tests.hyperv.specs import machine_spec

from openhyperv.errors import HyperVError
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.uptime import read_uptime
from tests_openstack.nova.cloud import GEN_2, Cloud
from tests_openstack.nova.waiting import wait_until

RUNNING = MachineState.RUNNING
WMI_LOOKS_S = 0.5
POWER_STATE = "OS-EXT-STS:power_state"


class LifecycleEvents(Cloud):
    def setUp(self) -> None:
        super().setUp()
        self.flags(host_retry_seconds=1, group="openhyperv")
        self.told: list[tuple[str, str]] = []
        self.driver.register_event_listener(self.listen)
        self.made = self.server(self.image(**GEN_2))
        sleep(2 * WMI_LOOKS_S)  # what comes and goes between two looks is not seen

    def listen(self, event: Any) -> None:
        self.told.append((event.get_instance_uuid(), event.get_name()))
        self.compute.manager.handle_events(event)

    @shows("H12")
    def test_a_server_that_is_turned_off_at_the_host_is_shut_off(self) -> None:
        self.machine(self.made).turn_off()
        self._wait_for_server_parameter(self.made, {"status": "SHUTOFF", POWER_STATE: power_state.SHUTDOWN})
        assert (self.made["id"], "Stopped") in self.told

    @shows("H12")
    def test_pausing_and_resuming_at_the_host_shows(self) -> None:
        self.machine(self.made).pause()
        self._wait_for_server_parameter(self.made, {POWER_STATE: power_state.PAUSED})
        self.machine(self.made).resume()
        self._wait_for_server_parameter(self.made, {POWER_STATE: power_state.RUNNING})
        assert self.told[-2:] == [(self.made["id"], "Paused"), (self.made["id"], "Resumed")]

    @shows("B2", "H12")
    def test_machines_that_are_not_novas_are_never_told_of(self) -> None:
        stranger = self.host.create(machine_spec("stranger"))
        stranger.start()
        stranger.turn_off()
        self.machine(self.made).pause()
        self._wait_for_server_parameter(self.made, {POWER_STATE: power_state.PAUSED})
        assert {uuid for uuid, _ in self.told} == {self.made["id"]}


class HostReboots(Cloud):
    def setUp(self) -> None:
        super().setUp()
        self.flags(host_retry_seconds=1, group="openhyperv")
        self.made = self.server(self.image(**GEN_2))

    def reboot_host(self) -> None:
        """As nova-manage's and the API's old hosts extension do, which ends at microversion 2.43."""
        self.admin_api.microversion = "2.1"
        self.admin_api.api_get("/os-hosts/hv1/reboot")
        self.admin_api.microversion = None

    @shows("E9", "H15")
    def test_a_server_stays_off_after_its_host_has_booted(self) -> None:
        self.reboot_host()
        self._wait_for_server_parameter(self.made, {"status": "SHUTOFF"})
        assert self.machine(self.made).state() is MachineState.OFF

    @shows("H9")
    def test_a_server_runs_again_where_the_operator_wants_that(self) -> None:
        self.flags(resume_guests_state_on_host_boot=True)
        booted = read_uptime(self.host.session).booted
        self.reboot_host()
        wait_until(lambda: self.has_booted_since(booted) and self.machine(self.made).state() is RUNNING)
        assert self.api.get_server(self.made["id"])["status"] == "ACTIVE"

    def has_booted_since(self, booted: datetime) -> bool:
        """False as long as the host is down."""
        with suppress(HyperVError):
            return read_uptime(self.host.session).booted > booted
        return False
