"""How many requests a resize or migration takes of its hosts, without waiting for guests and jobs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.witness import Witness

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.matching import Operation, OperationName
from tests_openstack.nova.cloud import GEN_2, Cloud

_LISTENING = (OperationName.SUBSCRIBE, OperationName.UNSUBSCRIBE, OperationName.RENEW)


def counts(seen: Sequence[Operation]) -> tuple[int, int]:
    """How often a host was asked something, and how often it was to do something."""
    done = [each for each in seen if each.name is OperationName.INVOKE and not each.method.startswith("Get")]
    asked = [each for each in seen if each not in done and each.name not in _LISTENING]
    return len(asked), len(done)


class MoveCounts(Cloud):
    def setUp(self) -> None:
        self.witnesses: dict[str, Witness] = {}
        super().setUp()
        self.flags(allow_resize_to_same_host=True)

    def start_host(self, name: str, **options: Any) -> EmulatedHost:
        self.rules = self.witnesses[name] = Witness()
        return super().start_host(name, **options)

    def stopped(self, **options: Any) -> dict[str, Any]:
        """A server that is off: how often a guest is asked to shut down depends on time."""
        return dict(self._stop_server(self.server(self.image(**GEN_2), az="nova:hv1", **options)))

    def test_a_resize_in_place(self) -> None:
        server = self.stopped(flavor_id=self.flavor(ephemeral_gb=1))
        with self.witnesses["hv1"].watching() as seen:
            self._resize_server(server, self.flavor(vcpus=2, root_gb=2, ephemeral_gb=2))
        assert counts(seen) == (15, len(("off", "grow root", "grow eph0", "processors")))

    def test_a_cold_migration(self) -> None:
        self.start_compute("hv2", self.start_host("hv2"))
        server = self.stopped(networks=[{"port": self.neutron.port_1["id"]}])
        with self.witnesses["hv1"].watching() as left, self.witnesses["hv2"].watching() as arrived:
            moved = self._migrate_server(server, host="hv2")
        assert counts(left) == (8, len(("off", "unplug")))
        made = ("parent", "define", "add", "hang", "fit", "finish")
        assert counts(arrived) == (2, len(made))
        with self.witnesses["hv1"].watching() as seen:
            self.api.post_server_action(moved["id"], {"confirmResize": None})
            self._wait_for_state_change(moved, "SHUTOFF")
        assert counts(seen) == (1, len(("off", "destroy")))
