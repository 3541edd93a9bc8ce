"""Debian's database server of Open vSwitch, with a bridge and everything it has in a folder of the test."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from attrs import define

from tests_openstack.nova.ovs_certificates import Pem
from tests_openstack.nova.waiting import wait_until

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
BRIDGE = "br-int"
_TIMEOUT_S = 30
_LISTENING = re.compile(r"listening on port (\d+)")


@define
class OvsDatabase:
    """A server on a port that the kernel chose; ``pem`` is what it shows where it wants TLS."""

    folder: Path
    pem: Pem | None = None
    _port: int = 0
    _process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        """Where programs on the same host reach it."""
        return self.folder / "db.sock"

    def start(self) -> str:
        """Listen, with what there was before, where it did before; returns how clients name it."""
        log, database = self.folder / "ovsdb.log", self.folder / "conf.db"
        log.unlink(missing_ok=True)
        is_new = not database.exists()
        if is_new:
            run(["ovsdb-tool", "create", str(database), SCHEMA])
        self._process = subprocess.Popen(self._command(database, log))
        wait_until(self.socket.exists)
        self._port = self._port or _port_in(log)
        if is_new:
            self.vsctl("--no-wait", "init", "--", "add-br", BRIDGE)
        return f"{'ssl' if self.pem else 'tcp'}:127.0.0.1:{self._port}"

    def _command(self, database: Path, log: Path) -> list[str]:
        tls = [] if self.pem is None else self.pem.options
        return [
            "/usr/sbin/ovsdb-server",
            str(database),
            f"--remote={'pssl' if self.pem else 'ptcp'}:{self._port}:127.0.0.1",
            f"--remote=punix:{self.socket}",
            f"--unixctl={self.folder / 'ctl.sock'}",
            f"--log-file={log}",
            "--verbose=console:off",
            *tls,
        ]

    def stop(self) -> None:
        """End it; what it holds stays."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_TIMEOUT_S)
            self._process = None

    def vsctl(self, *words: str) -> str:
        """What ovs-vsctl says, which asks over the server's socket."""
        return run(["ovs-vsctl", f"--db=unix:{self.socket}", *words])

    def ports(self) -> list[str]:
        """The ports of the bridge."""
        return self.vsctl("list-ports", BRIDGE).split()

    def external_ids(self, port: str) -> dict[str, str]:
        """Those of a port's interface."""
        text = self.vsctl("get", "Interface", port, "external_ids")
        pairs = (pair.split("=", 1) for pair in text.strip().strip("{}").split(", ") if pair)
        return {name: value.strip('"') for name, value in pairs}


def _port_in(log: Path) -> int:
    wait_until(lambda: _LISTENING.search(log.read_text()) is not None)
    found = _LISTENING.search(log.read_text())
    assert found is not None
    return int(found[1])


def run(command: Sequence[str]) -> str:
    """What a command says."""
    ended = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout
