"""What users get to see of their servers' consoles, through Nova's API; the guests' ends are the test's."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from nova.tests.functional.api import client as api_client
from tests.capabilities import shows
from tests.hyperv.counting import requests
from tests.hyperv.serial_ports import PATIENCE_S, Port, ports_of

from openhyperv.hyperv.serial.log import LIMIT_BYTES
from tests_openstack.nova.cloud import GEN_2
from tests_openstack.nova.console_clouds import ConsoleCloud


class Consoles(ConsoleCloud):
    @contextmanager
    def port(self, server: dict[str, Any], number: int = 1) -> Iterator[Port]:
        """The guest's end of a serial port."""
        with ports_of(self.emulated, self.machine(server).guid) as ports:
            yield ports(number)

    def logs(self) -> list[str]:
        folder = self.folder / "state" / "openhyperv" / "consoles" / "hv1"
        return [each.name for each in folder.iterdir()] if folder.is_dir() else []

    @shows("G1")
    def test_what_a_guest_says_from_its_first_byte_on_is_in_the_console_log(self) -> None:
        server = self.server(self.image(**GEN_2))
        assert self.output(server) == ""
        with self.port(server) as port:
            port.until_opened()
            port.say(b"BIOS\nkernel\nlogin: ")
            self.until_output(server, "login: ")
        assert self.output(server) == "BIOS\nkernel\nlogin: "
        assert self.output(server, lines=1) == "login: "

    @shows("G1")
    def test_the_port_for_logs_is_the_one_that_is_kept(self) -> None:
        server = self.server(self.image(**GEN_2, logging_serial_port="2"))
        with self.port(server, 2) as port:
            port.until_opened()
            port.say(b"for the log")
            self.until_output(server, "for the log")

    @shows("G1", "G6")
    def test_a_restart_of_nova_compute_loses_nothing_of_the_log(self) -> None:
        server = self.server(self.image(**GEN_2))
        with self.port(server) as port:
            port.until_opened()
            port.say(b"before ")
            self.until_output(server, "before ")
            self.restart_compute_service(self.compute, keep_hypervisor_state=False)
            while "after" not in self.output(server):
                port.say(b"after ")
                sleep(0.1)
        assert self.output(server).startswith("before after")

    @shows("G2")
    def test_the_log_is_kept_in_two_files_of_half_a_mebibyte(self) -> None:
        server = self.server(self.image(**GEN_2))
        lines = b"".join(b"%07d\n" % number for number in range(3 * LIMIT_BYTES // 8))
        with self.port(server) as port:
            port.until_opened()
            port.say(lines)
            output = self.until_output(server, lines[-8:].decode())
        assert lines.decode().endswith(output)
        assert LIMIT_BYTES <= len(output) <= 2 * LIMIT_BYTES

    def test_a_console_that_is_kept_costs_no_request(self) -> None:
        server = self.server(self.image(**GEN_2))
        with requests(self.emulated, self.driver._compute.host) as asked:
            self.output(server)
            self.live_port(server)
        assert "Enumerate" not in asked  # calls may be those of the thread that follows the host

    @shows("G6")
    def test_a_console_follows_its_server_through_a_reboot_and_ends_with_it(self) -> None:
        server = self.server(self.image(**GEN_2))
        place = self.live_port(server)
        with self.port(server) as port:
            port.until_opened()
            port.say(b"first ")
            self.until_output(server, "first ")
            port.unplug()
            self.api.post_server_action(server["id"], {"reboot": {"type": "HARD"}})
            self._wait_for_state_change(server, "ACTIVE")
            port.plug_in()
            port.until_opened()
            port.say(b"second")
            assert self.until_output(server, "second") == "first second"
            assert self.live_port(server) == place
        self._delete_server(server)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(place, PATIENCE_S)
        assert self.logs() == []

    @shows("G6")
    def test_a_server_that_somebody_else_resumes_has_its_console(self) -> None:
        server = self.server(self.image(**GEN_2))
        self.api.post_server_action(server["id"], {"suspend": None})
        self._wait_for_state_change(server, "SUSPENDED")
        self.driver._compute.consoles.close()  # as after five minutes in which nothing came of it
        self.machine(server).start()
        with self.port(server) as port:
            port.until_opened()
            port.say(b"awake")
            self.until_output(server, "awake")

    @shows("G3")
    def test_people_type_on_a_console_whose_output_is_logged_too(self) -> None:
        server = self.server(self.image(**GEN_2))
        with self.port(server) as port, socket.create_connection(self.live_port(server), PATIENCE_S) as user:
            port.until_opened()
            user.sendall(b"\r")  # what a guest says before its user is heard is in the log alone
            assert port.hear(1) == b"\r"
            port.say(b"$ ")
            self.until_output(server, "$ ")
            assert user.recv(2, socket.MSG_WAITALL) == b"$ "
            user.sendall(b"uname\r")
            assert port.hear(6) == b"uname\r"
            port.say(b"Linux")
            assert user.recv(5, socket.MSG_WAITALL) == b"Linux"
            self.until_output(server, "Linux")

    @shows("G4")
    def test_a_protected_server_has_no_console(self) -> None:
        server = self.server(self.image(**GEN_2, os_vtpm="required"))
        with pytest.raises(api_client.OpenStackApiNotFoundException):
            self.output(server)
        with pytest.raises(api_client.OpenStackApiException) as refused:
            self.live_port(server)
        assert refused.value.response.status_code == 400
        assert self.logs() == []

    def test_other_consoles_are_not_offered(self) -> None:
        server = self.server(self.image(**GEN_2))
        body = {"remote_console": {"protocol": "vnc", "type": "novnc"}}
        with pytest.raises(api_client.OpenStackApiException) as refused:
            self.api.api_post(f"/servers/{server['id']}/remote-consoles", body)
        assert refused.value.response.status_code == 501

    def test_logs_of_servers_that_went_while_nova_compute_was_down_are_deleted(self) -> None:
        server = self.server(self.image(**GEN_2))
        with self.port(server) as port:
            port.until_opened()
            port.say(b"x")
            self.until_output(server, "x")
        left = Path(self.folder) / "state/openhyperv/consoles/hv1/11111111-2222-4333-8444-555555555555"
        left.mkdir()
        self.restart_compute_service(self.compute, keep_hypervisor_state=False)
        assert self.logs() == [server["id"]]
