"""A compute service whose host goes away, and comes back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from nova import exception
from nova.compute import power_state
from tests.capabilities import shows

from openhyperv.emulator.rules.actions import ExpiredEnumeration, QuotaFault, ResetBefore
from openhyperv.emulator.rules.matching import OperationName, Rule
from openhyperv.nova.driver import HyperVDriver
from tests_openstack.nova.cloud import GEN_2, Cloud
from tests_openstack.nova.waiting import wait_until


class PresenceOfAHost(Cloud):
    def setUp(self) -> None:
        super().setUp()
        self.flags(host_retry_seconds=1, group="openhyperv")

    def service(self) -> dict[str, Any]:
        return dict(self.admin_api.get_services(binary="nova-compute")[0])

    def is_disabled(self) -> bool:
        return bool(self.service()["status"] == "disabled")

    @contextmanager
    def host_away(self) -> Iterator[None]:
        self.emulated.stop()
        wait_until(self.is_disabled)
        yield
        self.emulated.start()

    def is_shunned(self) -> bool:
        """Whether the scheduler is told to pass over the host."""
        provider = self._get_provider_uuid_by_host("hv1")
        return "COMPUTE_STATUS_DISABLED" in self._get_provider_traits(provider)

    @shows("X8")
    def test_the_service_is_disabled_with_the_reason_until_the_host_is_back(self) -> None:
        server = self.server(self.image(**GEN_2))
        with self.host_away():
            assert self.service()["state"] == "up"
            assert self.service()["disabled_reason"].startswith("AUTO: Nothing listens on that port.")
            wait_until(self.is_shunned)
            with pytest.raises(exception.HypervisorUnavailable):
                self.driver.get_available_resource("hv1")
            self._run_periodics()
            assert self.api.get_server(server["id"])["status"] == "ACTIVE"
        wait_until(lambda: not self.is_disabled() and not self.is_shunned())
        assert self.service()["disabled_reason"] is None
        assert "up 0:0" in self.driver.get_host_uptime()
        self._wait_for_server_parameter(server, {"status": "SHUTOFF"})

    def test_what_an_operator_disabled_stays_disabled(self) -> None:
        service = self.service()["id"]
        self.admin_api.put_service(service, {"status": "disabled", "disabled_reason": "new disks"})
        self.emulated.stop()
        self.emulated.start()
        wait_until(lambda: "up 0:0" in self.driver.get_host_uptime())
        assert self.service()["disabled_reason"] == "new disks"

    def test_a_host_that_is_only_busy_is_not_away(self) -> None:
        made = self.server(self.image(**GEN_2))
        busy = Rule(action=QuotaFault(), class_name="Win32_OperatingSystem", count=1)
        self.rules.add(busy, Rule(action=ExpiredEnumeration(), operation=OperationName.PULL))
        self.machine(made).pause()
        wait_until(lambda: self.rules.fired()[0][1] == 1)
        assert not self.is_disabled()
        self.rules.clear()
        self._wait_for_server_parameter(made, {"OS-EXT-STS:power_state": power_state.PAUSED})
        assert not self.is_disabled()

    def test_nova_compute_waits_for_its_host_as_it_starts(self) -> None:
        self.compute.stop()
        self.rules.add(Rule(action=ResetBefore()))
        with ThreadPoolExecutor() as pool:
            starting = pool.submit(self.start_compute, "hv1", self.emulated)
            wait_until(self.is_disabled)
            assert not starting.done()
            self.rules.clear()
            self.driver = starting.result(timeout=60).manager.driver
        wait_until(lambda: not self.is_disabled())
        assert self.driver.list_instance_uuids() == []

    def test_a_start_that_waits_is_ended_by_a_stop(self) -> None:
        self.rules.add(Rule(action=ResetBefore()))
        waiting = HyperVDriver(self.compute.manager.virtapi)
        with ThreadPoolExecutor() as pool:
            starting = pool.submit(waiting.init_host, "hv1")
            wait_until(self.is_disabled)
            waiting.cleanup_host("hv1")
            with pytest.raises(exception.HypervisorUnavailable):
                starting.result(timeout=30)

    def test_nothing_is_left_running_when_nova_compute_ends(self) -> None:
        assert self.emulated.contexts.counts()[1] > 0
        self.driver.cleanup_host("hv1")
        assert self.emulated.contexts.counts() == (0, 0)
        assert not [thread for thread in threading.enumerate() if thread.name == "watch hv1"]
