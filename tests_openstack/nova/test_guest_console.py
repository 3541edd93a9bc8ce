"""The console of a guest that really boots, through Nova's API and the port for nova-serialproxy."""

from __future__ import annotations

import io
import socket
from time import monotonic
from types import MappingProxyType
from typing import Any

import pytest
from nova import context
from tests.capabilities import shows

from openhyperv.emulator.debian_guest.boot_files import default_cache, fetch
from openhyperv.emulator.debian_guest.guests import build_all
from openhyperv.emulator.emulated_host import Guests
from tests_openstack.nova.cloud import GEN_2
from tests_openstack.nova.console_clouds import ConsoleCloud

pytestmark = [pytest.mark.guest, pytest.mark.timeout(600)]
BOOT_S = 240
SECURE = GEN_2 | {"os_secure_boot": "required", "os_type": "linux"}


class ConsoleOfAGuest(ConsoleCloud):
    host_options = MappingProxyType({"guests": Guests.QEMU})

    def guest_image(self) -> str:
        """Glance's identifier of a Debian with a shell on its serial port."""
        list(build_all(self.folder, fetch(default_cache()), ["gen2"]))
        content = (self.folder / "gen2.vhdx").read_bytes()
        metadata: dict[str, Any] = {
            "name": "guest",
            "disk_format": "vhdx",
            "container_format": "bare",
            "size": len(content),
            "min_disk": 0,
            "min_ram": 0,
            "visibility": "public",
            "properties": SECURE,
        }
        return str(self.glance.create(context.get_admin_context(), metadata, io.BytesIO(content))["id"])

    @shows("G1", "G3", "D3", "D4", "D5", "H1", guest=True)
    def test_its_boot_is_logged_from_the_firmware_on_and_it_answers_to_keys(self) -> None:
        server = self.server(self.guest_image())
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
