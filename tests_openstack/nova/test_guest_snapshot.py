"""A snapshot of a guest that really runs: a server of it boots, and has what the guest wrote."""

from __future__ import annotations

import socket
from time import monotonic, sleep
from typing import Any

import pytest
from tests.capabilities import shows

from tests_openstack.nova.cloud import GEN_2
from tests_openstack.nova.guest_cloud import BOOT_S, GuestCloud
from tests_openstack.nova.uploads import keep_uploads

pytestmark = [pytest.mark.guest, pytest.mark.timeout(1500)]
PATIENCE_S = 300.0
FAR = 1_900_000
"""A sector of a disk of 1 GiB behind everything that the image has."""


class SnapshotOfAGuest(GuestCloud):
    def setUp(self) -> None:
        super().setUp()
        keep_uploads(self.glance)

    @shows("H14", guest=True)
    def test_what_a_guest_wrote_is_in_its_snapshot(self) -> None:
        image = self.guest_image(**GEN_2)
        server = self.server(image)
        self.until_output(server, "guest# ", BOOT_S)
        self.ask(
            server, f"echo precious | dd of=/dev/sda seek={FAR} conv=fsync && echo done$((1 + 1))", "done2"
        )
        self.api.post_server_action(server["id"], {"createImage": {"name": "snapshot"}})
        self.until(server, "OS-EXT-STS:task_state", None)
        self._delete_server(server)
        (snapshot,) = [each["id"] for each in self.glance.images.values() if each["name"] == "snapshot"]
        again = self.server(snapshot)
        self.until_output(again, "guest# ", BOOT_S)
        self.ask(again, self.reading("/dev/sda"), "read:precious")

    def reading(self, device: str) -> str:
        return f"echo re''ad:$(dd if={device} skip={FAR} count=1 2>/dev/null | tr -d '\\0')"

    def until(self, server: dict[str, Any], name: str, value: str | None) -> None:
        deadline = monotonic() + PATIENCE_S
        while self.api.get_server(server["id"])[name] != value:
            assert monotonic() < deadline
            sleep(0.5)

    def ask(self, server: dict[str, Any], command: str, wanted: str) -> None:
        """Type a command on the server's serial console, and wait for what it answers."""
        heard, deadline = "", monotonic() + BOOT_S
        with socket.create_connection(self.live_port(server), BOOT_S) as user:
            user.sendall(command.encode() + b"\r")
            while wanted not in heard:
                assert monotonic() < deadline, heard
                heard += user.recv(4096).decode(errors="replace")
