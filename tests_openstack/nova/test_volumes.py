"""Volumes are refused, at once and by name, and nothing is left of the attempt."""

from __future__ import annotations

from typing import Any

from nova.tests.fixtures import CinderFixture

from openhyperv.hyperv.states import MachineState
from tests_openstack.nova.cloud import GEN_2, Cloud
from tests_openstack.nova.waiting import wait_until

WHY = "This driver does not attach volumes yet."


class Volumes(Cloud):
    def test_a_running_server_goes_on_without_the_volume(self) -> None:
        server = self.server(self.image(**GEN_2))
        volume = {"volumeAttachment": {"volumeId": CinderFixture.IMAGE_BACKED_VOL}}
        self.api.post_server_volume(server["id"], volume)
        wait_until(lambda: not self.api.get_server_volumes(server["id"]))
        assert self.machine(server).state() is MachineState.RUNNING
        assert self.api.get_server(server["id"])["status"] == "ACTIVE"

    def test_a_server_of_a_volume_says_why_it_is_not_made(self) -> None:
        server = self.made_of_a_volume()
        assert WHY in server["fault"]["message"]
        assert not list(self.host.machines())

    def made_of_a_volume(self) -> dict[str, Any]:
        """A server that boots from a volume, as far as it comes."""
        mapping = {
            "boot_index": 0,
            "uuid": CinderFixture.IMAGE_BACKED_VOL,
            "source_type": "volume",
            "destination_type": "volume",
        }
        wanted = self._build_server(image_uuid="", flavor_id=self.flavor(root_gb=0), networks="none")
        wanted["block_device_mapping_v2"] = [mapping]
        return dict(self._wait_for_state_change(self.api.post_server({"server": wanted}), "ERROR"))
