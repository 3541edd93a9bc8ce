"""A cloud whose Glance keeps what is uploaded, and servers that have something of their own."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.layer import open_writable
from tests_openstack.nova.cloud import Cloud
from tests_openstack.nova.uploads import keep_uploads
from tests_openstack.nova.waiting import wait_until

WRITTEN = b"written by the guest".ljust(512)
FAR = 5 << 20


class SnapshotCloud(Cloud):
    """Glance keeps uploads here."""

    def setUp(self) -> None:
        super().setUp()
        keep_uploads(self.glance)

    def write(self, server: dict[str, Any]) -> None:
        """Write to the server's root disk, while it is off."""
        machine = self.machine(server)
        machine.turn_off()
        with closing(open_writable(self.emulated.host.files.local(machine.disk_files()[0]))) as disk:
            disk.write(FAR, WRITTEN)
            disk.flush()
        machine.start()

    def written(self, server: dict[str, Any]) -> bytes:
        """What a server's root disk has at that place."""
        file = self.emulated.host.files.local(self.machine(server).disk_files()[0])
        with Chain.open(file, self.emulated.host.files.local) as chain:
            return b"".join(piece.read(0, piece.length) for piece in chain.pieces(FAR, len(WRITTEN)))

    def snapshot(self, server: dict[str, Any]) -> str:
        """Make an image of a server; returns its identifier when it is ready."""
        self.api.post_server_action(server["id"], {"createImage": {"name": "snapshot"}})
        self.wait_until_idle(server)
        (found,) = [each for each in self.glance.images.values() if each["name"] == "snapshot"]
        return str(found["id"])

    def wait_until_idle(self, server: dict[str, Any]) -> None:
        """Wait until Nova does nothing with a server any more."""
        wait_until(lambda: self.api.get_server(server["id"])["OS-EXT-STS:task_state"] is None)
