"""The ``openstack`` command as a person types it, its answers read as JSON."""

from __future__ import annotations

import json
import shlex
import subprocess
from typing import Any

import click
from attrs import frozen

from lab import clouds
from lab.errors import LabError
from lab.processes import Processes
from lab.settings import Lab

_TIMEOUT_S = 900


@frozen
class Client:
    """Types commands and shows them."""

    lab: Lab

    def ask(self, *words: str) -> Any:
        """The answer of a command that must succeed.

        :raises LabError: it failed
        """
        done = self._type(*words, "-f", "json")
        if done.returncode:
            raise LabError(f"openstack {shlex.join(words)}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def tell(self, *words: str) -> bool:
        """Whether a command succeeded; it may fail."""
        return self._type(*words).returncode == 0

    def text(self, *words: str) -> str:
        """What a command prints, nothing if it fails."""
        return self._type(*words).stdout

    def _type(self, *words: str) -> subprocess.CompletedProcess[str]:
        click.echo(f"  $ openstack {shlex.join(words)}")
        return subprocess.run(
            [self.lab.places.program("openstack"), *words],
            env=Processes(self.lab.places).environment() | clouds.variables(self.lab),
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
