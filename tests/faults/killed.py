"""Clients that die at a request: real processes, killed by the host that they talk to."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from attrs import define

from openhyperv.emulator.rules.actions import Action, ResetBefore
from openhyperv.emulator.rules.matching import Operation
from tests.witness import Witness, is_waiting

Command: TypeAlias = tuple[str, ...]
_ROOT = Path(__file__).parents[2]
_TIMEOUT_S = 60


@define
class Assassin:
    """Kills a process when its ``nth`` request arrives; what only waits is not counted."""

    process: subprocess.Popen[str]
    nth: int
    is_executed: bool
    """Whether the host does what the request asks for, although nobody is there for the answer."""
    _count: int = 0
    has_struck: bool = False

    def meet(self, operation: Operation) -> Action | None:
        """Count a request; strike at the one that is meant."""
        if self.has_struck or is_waiting(operation.name, operation.class_name):
            return None
        self._count += 1
        if self._count < self.nth:
            return None
        self.has_struck = True
        self.process.kill()
        self.process.wait(_TIMEOUT_S)
        return None if self.is_executed else ResetBefore()


class DeadlyWitness(Witness):
    """A witness that lets an assassin look at each request first."""

    def __init__(self) -> None:
        super().__init__()
        self._assassin: Assassin | None = None
        self._meeting = Lock()

    def match(self, operation: Operation) -> Action | None:
        """What becomes of a request."""
        with self._meeting:
            struck = self._assassin.meet(operation) if self._assassin else None
        return struck or super().match(operation)

    @contextmanager
    def hiring(self, assassin: Assassin) -> Iterator[None]:
        """The assassin is at work during the block."""
        self._assassin = assassin
        try:
            yield
        finally:
            self._assassin = None


def hv(*arguments: str) -> Command:
    """A command line of ``hv``."""
    return (str(Path(sys.executable).parent / "hv"), *arguments)


def run(environment: Mapping[str, str], command: Command) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    with start(environment, command) as process:
        output, errors = process.communicate(timeout=_TIMEOUT_S)
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def start(environment: Mapping[str, str], command: Command) -> subprocess.Popen[str]:
    """Start a program with settings of its own."""
    return subprocess.Popen(
        command,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C.UTF-8", **environment},
        cwd=_ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run_to_death(
    witness: DeadlyWitness,
    environment: Mapping[str, str],
    command: Command,
    *,
    at: int,
    is_executed: bool,
) -> bool:
    """Run a program until its request ``at``, which kills it; False where it ended before that many."""
    with start(environment, command) as process:
        assassin = Assassin(process, at, is_executed)
        with witness.hiring(assassin):
            _, errors = process.communicate(timeout=_TIMEOUT_S)
        assert assassin.has_struck or process.returncode == 0, errors
    return assassin.has_struck
