"""Power of servers, through Nova's API; and how many requests each takes of the host."""

from __future__ import annotations

from time import sleep
from typing import Any

import pytest
from nova import context
from nova.compute import task_states
from nova.objects.instance import Instance
from nova.tests.functional.api import client as api_client
from tests.capabilities import shows

from openhyperv.emulator.rules.actions import MethodReturns, ResetAfter
from openhyperv.emulator.rules.matching import Rule
from openhyperv.hyperv.states import MachineState
from tests_openstack.nova.cloud import GEN_2, Cloud

RUNNING, OFF, PAUSED, SAVED = (
    MachineState.RUNNING,
    MachineState.OFF,
    MachineState.PAUSED,
    MachineState.SAVED,
)

RESET = "11"
"""RequestedState of RequestStateChange."""


class PowerOfServers(Cloud):
    def setUp(self) -> None:
        super().setUp()
        self.flags(shutdown_timeout=2)
        self.flags(wait_soft_reboot_seconds=1, group="openhyperv")
        self.made = self.server(self.image(**GEN_2))

    def state(self) -> MachineState:
        return self.machine(self.made).state()

    def act(self, action: dict[str, Any], status: str) -> None:
        self.api.post_server_action(self.made["id"], action)
        self._wait_for_server_parameter(self.made, {"status": status, "OS-EXT-STS:task_state": None})

    @shows("H3", "H4")
    def test_stop_and_start(self) -> None:
        self.act({"os-stop": None}, "SHUTOFF")
        assert self.state() is OFF
        self.act({"os-start": None}, "ACTIVE")
        assert self.state() is RUNNING

    @shows("H7")
    def test_pause_and_suspend(self) -> None:
        for action, back, status, state in (
            ("pause", "unpause", "PAUSED", PAUSED),
            ("suspend", "resume", "SUSPENDED", SAVED),
        ):
            self.act({action: None}, status)
            assert self.state() is state
            self.act({back: None}, "ACTIVE")
            assert self.state() is RUNNING

    @shows("H6")
    def test_reboot(self) -> None:
        for kind, sign in (("SOFT", "InitiateShutdown"), ("HARD", RESET)):
            with self.rules.watching() as seen:
                self.act({"reboot": {"type": kind}}, "ACTIVE")
            assert self.state() is RUNNING
            asked = {word for each in seen for word in (each.method, each.values.get("RequestedState"))}
            assert asked & {"InitiateShutdown", RESET} == {sign}

    @shows("H6")
    def test_a_hard_reboot_from_any_state(self) -> None:
        for action in ("os-stop", "pause", "suspend"):
            status = {"os-stop": "SHUTOFF", "pause": "PAUSED", "suspend": "SUSPENDED"}[action]
            self.act({action: None}, status)
            self.act({"reboot": {"type": "HARD"}}, "ACTIVE")
            assert self.state() is RUNNING

    @shows("X3")
    def test_a_crash_dump_is_triggered(self) -> None:
        """The emulated host refuses this where no guest runs."""
        self.act({"trigger_crash_dump": None}, "ACTIVE")
        self.act({"os-stop": None}, "SHUTOFF")
        with pytest.raises(api_client.OpenStackApiException):
            self.act({"trigger_crash_dump": None}, "SHUTOFF")

    @shows("H5")
    def test_a_guest_that_does_not_listen_is_turned_off_when_its_time_is_up(self) -> None:
        deaf = Rule(action=MethodReturns(return_value=32775), method="InitiateShutdown")
        self.rules.add(deaf)
        self.act({"os-stop": None}, "SHUTOFF")
        assert self.state() is OFF
        assert self.rules.fired()[0][1] > 0

    @shows("H8")
    def test_an_outcome_that_nobody_told_is_found_out(self) -> None:
        self.flags(shutdown_timeout=0)
        sleep(1)  # what comes and goes between two of WMI's looks is not seen
        self.rules.add(Rule(action=ResetAfter(), method="RequestStateChange", count=1))
        self.act({"os-stop": None}, "SHUTOFF")
        assert self.state() is OFF

    @shows("H6")
    def test_a_reboot_that_never_ended_is_ended_by_a_reset(self) -> None:
        self.flags(reboot_timeout=1)
        admin = context.get_admin_context()
        instance = Instance.get_by_uuid(admin, self.made["id"])
        instance.task_state = task_states.REBOOT_STARTED
        instance.save()
        sleep(2)
        with self.rules.watching() as seen:
            self.compute.manager._poll_rebooting_instances(admin)
            self._wait_for_server_parameter(self.made, {"status": "ACTIVE", "OS-EXT-STS:task_state": None})
        assert RESET in [request.values.get("RequestedState") for request in seen]
