"""The emulated host in a process of its own, watched from outside."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from os import sysconf
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any

from attrs import frozen

from openhyperv.transport.target import Target

_START_TIMEOUT_S = 300.0
_STOP_TIMEOUT_S = 30.0
_LOOK_INTERVAL_S = 0.01
_RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB$", re.MULTILINE)
_TICKS_PER_S = sysconf("SC_CLK_TCK")


@frozen
class Variables:
    """``/debug/vars`` at one moment: requests by operation and class, and bytes in both directions."""

    requests: Mapping[str, int]
    wire_bytes: int


@frozen
class Manner:
    """How a host answers: everything ``delay_s`` later, changes by jobs of ``job_s`` or, with 0, at once."""

    delay_s: float = 0.0
    job_s: float = 0.0


AT_ONCE = Manner()


@frozen
class RunningHost:
    """A host that answers; ``started_in_s`` is from the start of its process until it did."""

    process_id: int
    environment: Mapping[str, str]
    started_in_s: float

    @property
    def target(self) -> Target:
        """How to reach it."""
        return Target.from_environment(self.environment)

    def requests(self) -> Mapping[str, int]:
        """How many requests it has heard, by operation and class."""
        return self.variables().requests

    def variables(self) -> Variables:
        """What it counts."""
        read = self._debug("GET", "/debug/vars")
        http = read["http"]
        return Variables(read["requests"], http["bytes_received"] + http["bytes_sent"])

    def behave(self, manner: Manner) -> None:
        """From now on; ``AT_ONCE`` takes everything away."""
        by_job = {"action": "answers-by-job", "operation": "Invoke", "delay_s": manner.delay_s}
        rules: list[dict[str, Any]] = [{**by_job, "takes_s": manner.job_s}] if manner.job_s else []
        rules += [{"action": "slow", "delay_s": manner.delay_s}] if manner.delay_s else []
        self._debug("POST", "/debug/rules", json.dumps({"rule": rules}))

    def _debug(self, method: str, page: str, body: str | None = None) -> Any:
        target = self.target
        connection = HTTPConnection(target.host, target.port, timeout=_STOP_TIMEOUT_S)
        try:
            connection.request(method, page, body, {"Content-Type": "application/json"})
            return json.load(connection.getresponse())
        finally:
            connection.close()

    def resident_kib(self) -> int:
        """The memory it holds now."""
        match = _RESIDENT.search(Path(f"/proc/{self.process_id}/status").read_text("ascii"))
        assert match is not None
        return int(match[1])

    def cpu_s(self) -> float:
        """The processor time it has used so far."""
        fields = Path(f"/proc/{self.process_id}/stat").read_text("ascii").rpartition(")")[2].split()
        user, system = int(fields[11]), int(fields[12])
        return (user + system) / _TICKS_PER_S


@contextmanager
def running_host(folder: Path, *options: str) -> Iterator[RunningHost]:
    """A fresh Windows Server 2025 whose guests are states only; its data are in ``folder`` while it runs."""
    with TemporaryDirectory(prefix="host-", dir=folder) as data:
        settings, log = Path(data) / "host.env", Path(data) / "hvsim.log"
        hvsim = str(Path(sys.executable).with_name("hvsim"))
        command = [
            hvsim,
            "run",
            "--guests",
            "none",
            "--data",
            f"{data}/data",
            "--env",
            str(settings),
            *options,
        ]
        with log.open("wb") as output:
            started_s = monotonic()
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
            try:
                environment = _environment(process, settings, log)
                yield RunningHost(process.pid, environment, monotonic() - started_s)
            finally:
                process.terminate()
                process.wait(_STOP_TIMEOUT_S)


def _environment(process: subprocess.Popen[bytes], settings: Path, log: Path) -> dict[str, str]:
    """The settings for clients, which the host writes once it answers."""
    deadline = monotonic() + _START_TIMEOUT_S
    while not settings.exists():
        if process.poll() is not None or monotonic() > deadline:
            raise SystemExit(f"The emulated host did not start:\n{log.read_text()}")
        sleep(_LOOK_INTERVAL_S)
    words = shlex.split(settings.read_text("utf-8"))
    return dict(word.split("=", 1) for word in words if "=" in word)
