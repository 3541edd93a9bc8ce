"""Power of servers whose guest really runs, through Nova's API."""

from __future__ import annotations

import socket

import pytest
from tests.capabilities import shows

from tests_openstack.nova.cloud import GEN_2
from tests_openstack.nova.guest_cloud import BOOT_S, GuestCloud
from tests_openstack.nova.waiting import wait_until

pytestmark = [pytest.mark.guest, pytest.mark.timeout(900)]
PROMPT = "guest# "


class PowerOfAGuest(GuestCloud):
    def boots(self, times: int) -> None:
        """Wait until the console has seen the guest's shell begin so often."""
        wait_until(lambda: self.output(self.made).count(PROMPT) >= times, BOOT_S)

    def status_becomes(self, status: str) -> None:
        wait_until(lambda: self.api.get_server(self.made["id"])["status"] == status, BOOT_S)

    @shows("H3", "H5", "H6", "H12", guest=True)
    def test_a_guest_is_asked_and_goes_down_by_itself(self) -> None:
        self.made = self.server(self.guest_image(**GEN_2))
        self.boots(1)
        self.api.post_server_action(self.made["id"], {"reboot": {"type": "SOFT"}})
        self.boots(2)
        assert self.output(self.made).count("GUEST-DOWN power button") == 1
        self.api.post_server_action(self.made["id"], {"os-stop": None})
        self.status_becomes("SHUTOFF")
        assert self.output(self.made).count("GUEST-DOWN power button") == 2
        self.api.post_server_action(self.made["id"], {"os-start": None})
        self.boots(3)
        with socket.create_connection(self.live_port(self.made), BOOT_S) as user:
            user.sendall(b"poweroff -f\r")
            self.status_becomes("SHUTOFF")
