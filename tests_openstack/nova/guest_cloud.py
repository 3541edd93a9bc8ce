"""A cloud whose servers really boot."""

from __future__ import annotations

from types import MappingProxyType

from openhyperv.emulator.debian_guest.boot_files import default_cache, fetch
from openhyperv.emulator.debian_guest.guests import build_all
from openhyperv.emulator.emulated_host import Guests
from tests_openstack.nova.console_clouds import ConsoleCloud

BOOT_S = 240


class GuestCloud(ConsoleCloud):
    host_options = MappingProxyType({"guests": Guests.QEMU})

    def guest_image(self, **properties: str) -> str:
        """Glance's identifier of a Debian with a shell on its serial port."""
        list(build_all(self.folder, fetch(default_cache()), ["gen2"]))
        return self.register(self.folder / "gen2.vhdx", "vhdx", **properties)
