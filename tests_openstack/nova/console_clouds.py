"""A cloud whose users look at consoles."""

from __future__ import annotations

from time import monotonic, sleep
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.hyperv.serial_ports import PATIENCE_S

from tests_openstack.nova.cloud import Cloud


class ConsoleCloud(Cloud):
    def setUp(self) -> None:
        super().setUp()
        self.flags(enabled=True, proxyclient_address="127.0.0.1", group="serial_console")

    def output(self, server: dict[str, Any], lines: int | None = None) -> str:
        wanted = {} if lines is None else {"length": lines}
        answer = self.api.post_server_action(server["id"], {"os-getConsoleOutput": wanted})
        return str(answer["output"])

    def until_output(self, server: dict[str, Any], wanted: str, patience_s: float = PATIENCE_S) -> str:
        deadline = monotonic() + patience_s
        while wanted not in (output := self.output(server)):
            assert monotonic() < deadline, output[-200:]
            sleep(0.05)
        return output

    def live_port(self, server: dict[str, Any]) -> tuple[str, int]:
        """Where nova-serialproxy would connect to."""
        body = {"remote_console": {"protocol": "serial", "type": "serial"}}
        answer = self.api.api_post(f"/servers/{server['id']}/remote-consoles", body)
        token = parse_qs(urlsplit(answer.body["remote_console"]["url"]).query)["token"][0]
        found = self.admin_api.api_get(f"/os-console-auth-tokens/{token}").body["console"]
        return found["host"], found["port"]
