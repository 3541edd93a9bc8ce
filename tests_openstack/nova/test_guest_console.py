"""The console of a guest that really boots, through Nova's API and the port for nova-serialproxy."""

from __future__ import annotations

import socket
from time import monotonic

import pytest
from tests.capabilities import shows

from tests_openstack.nova.cloud import GEN_2
from tests_openstack.nova.guest_cloud import BOOT_S, GuestCloud

pytestmark = [pytest.mark.guest, pytest.mark.timeout(600)]
SECURE = GEN_2 | {"os_secure_boot": "required", "os_type": "linux"}


class ConsoleOfAGuest(GuestCloud):
    @shows("G1", "G3", "D3", "D4", "D5", "H1", guest=True)
    def test_its_boot_is_logged_from_the_firmware_on_and_it_answers_to_keys(self) -> None:
        server = self.server(self.guest_image(**SECURE))
        log = self.until_output(server, "guest# ", BOOT_S)
        assert log.index("BdsDxe") < log.index("GUEST-UP")
        assert "secureboot=1" in log
        with socket.create_connection(self.live_port(server), BOOT_S) as user:
            user.sendall(b"echo sum $((20 + 22))\r")
            self.until_heard(user, b"sum 42")
        assert "sum 42" in self.output(server)

    def until_heard(self, user: socket.socket, wanted: bytes) -> None:
        heard, deadline = b"", monotonic() + BOOT_S
        while wanted not in heard:
            assert monotonic() < deadline, heard
            heard += user.recv(4096)
