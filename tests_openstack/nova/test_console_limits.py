"""What is left of consoles where there is no room for them: neither a port, nor a log."""

from __future__ import annotations

import socket

import pytest
from nova.tests.functional.api import client as api_client
from tests.capabilities import shows
from tests.hyperv.serial_ports import PATIENCE_S, ports_of

from tests_openstack.nova.cloud import GEN_2
from tests_openstack.nova.console_clouds import ConsoleCloud


class ConsoleLimits(ConsoleCloud):
    @shows("G3", "G6")
    def test_a_port_is_free_again_when_its_server_is_gone(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as chosen:
            port = chosen.getsockname()[1]
        self.flags(port_range=f"{port}:{port + 1}", group="serial_console")
        image = self.image(**GEN_2)
        first, second = self.server(image), self.server(image)
        assert self.live_port(first) == ("127.0.0.1", port)
        with pytest.raises(api_client.OpenStackApiException) as refused:
            self.live_port(second)
        assert refused.value.response.status_code == 400
        self._delete_server(first)
        assert self.live_port(second) == ("127.0.0.1", port)

    @shows("G1")
    def test_a_log_that_cannot_be_written_costs_what_is_said_meanwhile_and_nothing_else(self) -> None:
        server = self.server(self.image(**GEN_2))
        in_the_way = self.folder / "state/openhyperv/consoles/hv1" / server["id"]
        in_the_way.parent.mkdir(parents=True, exist_ok=True)
        in_the_way.touch()
        with (
            ports_of(self.emulated, self.machine(server).guid) as ports,
            socket.create_connection(self.live_port(server), PATIENCE_S) as user,
        ):
            port = ports(1)
            port.until_opened()
            port.say(b"lost")
            assert user.recv(4, socket.MSG_WAITALL) == b"lost"
            in_the_way.unlink()
            port.say(b"kept")
            assert self.until_output(server, "kept") == "kept"
