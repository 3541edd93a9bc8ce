"""Both agents, each in a process with the Python that has what it needs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import asdict, frozen

from bench.emulated import RunningHost
from bench.ports.orders import Order, Work

_CHECKOUT = Path(__file__).parent.parent.parent
OPENSTACK_PYTHON = _CHECKOUT / ".venv-openstack" / "bin" / "python"
_STOP_TIMEOUT_S = 60.0


@frozen
class AgentProcess:
    """An agent that serves one host, and binds what it is ordered to."""

    _process: subprocess.Popen[str]

    def bind(self, order: Order) -> Work:
        """Have ports bound; what goes wrong is on standard error."""
        commands, answers = self._process.stdin, self._process.stdout
        assert commands is not None
        assert answers is not None
        commands.write(json.dumps(asdict(order)) + "\n")
        commands.flush()
        answer = answers.readline()
        if not answer:
            raise SystemExit(f"{self._process.args!r} ended with code {self._process.wait()}.")
        return Work(**json.loads(answer))


@contextmanager
def old_agent(host: RunningHost) -> Iterator[AgentProcess]:
    """os-win's calls in the order in which networking-hyperv makes them."""
    with _running(Path(sys.executable), "bench.ports.old_agent", host) as agent:
        yield agent


@contextmanager
def our_agent(host: RunningHost) -> Iterator[AgentProcess]:
    """Ours, which needs Neutron's libraries."""
    if not OPENSTACK_PYTHON.exists():
        raise SystemExit(f"There is no {OPENSTACK_PYTHON}: run make setup-openstack first.")
    with _running(OPENSTACK_PYTHON, "bench.ports.our_agent", host) as agent:
        yield agent


@contextmanager
def _running(python: Path, module: str, host: RunningHost) -> Iterator[AgentProcess]:
    process = subprocess.Popen(
        [str(python), "-m", module],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=_CHECKOUT,
        env={**os.environ, **host.environment, "PYTHONPATH": str(_CHECKOUT / "src")},
    )
    try:
        yield AgentProcess(process)
    finally:
        process.terminate()
        process.communicate(timeout=_STOP_TIMEOUT_S)
