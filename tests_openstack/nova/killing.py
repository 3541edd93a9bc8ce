"""A nova-compute that is killed in the middle of what it does, and started again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fixtures import MonkeyPatch
from oslo_concurrency import lockutils

from openhyperv.emulator.emulated_host import EmulatedHost
from tests_openstack.nova.cloud import Cloud
from tests_openstack.nova.frost import Frost
from tests_openstack.nova.waiting import wait_until


class MortalCompute(Cloud):
    """``hv1`` can freeze its service at any change that it asks for."""

    def start_host(self, name: str, **options: Any) -> EmulatedHost:
        self.rules = self.frost = Frost()
        return super().start_host(name, **options)

    def die_at(
        self, nth: int, begin: Callable[[], dict[str, Any]], is_done: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any] | None:
        """A server whose service died at a change, and was started again; None where it was done before."""
        self.frost.freeze_at(nth)
        server = begin()
        wait_until(lambda: self.frost.struck.is_set() or is_done(self.api.get_server(server["id"])))
        self.frost.spare()
        if not self.frost.struck.is_set():
            return None
        self._kill_and_start_again()
        return dict(self.api.get_server(server["id"]))

    def delete(self, server: dict[str, Any]) -> None:
        self.api.delete_server(server["id"])
        wait_until(lambda: not self.api.get_servers(detail=False))

    def _kill_and_start_again(self) -> None:
        """Let the service hear nothing more, without a chance to tidy up, and start another of its name.

        What the dead one held in its memory is not held in the other's, and no file stays open of a process
        that has ended.
        """
        self.compute.rpcserver.stop()
        self.compute.rpcserver_alt.stop()
        self.compute.manager.driver._compute.host.share.close()
        self.useFixture(MonkeyPatch("oslo_concurrency.lockutils._semaphores", lockutils.Semaphores()))
        self.compute = self.start_compute("hv1", self.emulated)
        self.addCleanup(self.frost.thaw)  # before the dead service is waited for
