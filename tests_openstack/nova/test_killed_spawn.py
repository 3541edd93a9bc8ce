"""A nova-compute that dies at any change of a spawn: its next start leaves an ERROR with a reason."""

from __future__ import annotations

from typing import Any

from tests.capabilities import shows

from tests_openstack.nova.cloud import GEN_2
from tests_openstack.nova.killing import MortalCompute

MOST_CHANGES = 20
CHANGES = len(("disk", "define", "devices", "drives", "size", "finish", "start"))


class KilledSpawn(MortalCompute):
    @shows("H1", "X6")
    def test_nothing_is_orphaned(self) -> None:
        self.flags(force_config_drive=True)
        image, size = self.image(**GEN_2), self.flavor(ephemeral_gb=1)

        def create() -> dict[str, Any]:
            server = self._build_server(image_uuid=image, networks="none", flavor_id=size)
            return dict(self.api.post_server({"server": server}))

        for nth in range(1, MOST_CHANGES):
            server = self.die_at(nth, create, is_done=lambda seen: seen["status"] == "ACTIVE")
            if server is None:
                break
            assert server["status"] == "ERROR", nth
            assert "was stopped while the server was made" in server["fault"]["message"]
            assert not list(self.host.machines()), nth
            assert not self.left(), nth
            self.delete(server)
        assert nth > CHANGES

    def left(self) -> list[str]:
        """Files of machines; the lock of the dead one goes with its connection."""
        machines = self.host.layout.machines
        if not self.host.share.exists(machines):
            return []
        return [each.name for each in self.host.share.list(machines) if each.is_folder]
