"""The real ``hv`` against a real ``hvsim``, each a process of its own."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.request import urlopen

import pytest
from attrs import evolve, frozen

PROGRAMS = Path(sys.executable).parent
START_TIMEOUT_S = 30
COMMAND_TIMEOUT_S = 120


@frozen
class Hv:
    """Runs ``hv`` with an environment of its own: nothing of the developer's reaches it."""

    environment: Mapping[str, str]

    def __call__(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROGRAMS / "hv", *arguments],
            env=self.environment,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )

    def ok(self, *arguments: str) -> str:
        """What it prints, when it succeeds."""
        done = self(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def json(self, *arguments: str) -> Any:
        """What it answers as JSON."""
        return json.loads(self.ok("-f", "json", *arguments))

    def with_settings(self, **settings: str | None) -> Hv:
        """Another one; ``None`` takes a variable away."""
        given = {name: value for name, value in settings.items() if value is not None}
        kept = {name: value for name, value in self.environment.items() if name not in settings}
        return evolve(self, environment=kept | given)


@frozen
class Simulator:
    """A running ``hvsim``."""

    settings: Mapping[str, str]

    @property
    def password(self) -> str:
        return self.settings["OPENHYPERV_PASSWORD"]

    def requests(self) -> dict[str, int]:
        """How often each operation was asked for."""
        url = f"http://{self.settings['OPENHYPERV_HOST']}:{self.settings['OPENHYPERV_PORT']}/debug/vars"
        with urlopen(url, timeout=10) as answer:
            counts: dict[str, int] = json.load(answer)["requests"]
        return counts


def simulate(folder: Path, *options: str) -> Iterator[Simulator]:
    """Run ``hvsim`` until the test is done with it."""
    env_file = folder / "env"
    command = [PROGRAMS / "hvsim", "run", "--env", env_file, "--data", folder / "data", *options]
    with (folder / "log").open("w") as log, subprocess.Popen(command, stderr=log) as process:
        try:
            yield Simulator(_settings(process, env_file))
        finally:
            process.terminate()


def _settings(process: subprocess.Popen[bytes], env_file: Path) -> Mapping[str, str]:
    deadline = monotonic() + START_TIMEOUT_S
    while not env_file.exists():
        assert process.poll() is None, "hvsim ended"
        assert monotonic() < deadline, "hvsim does not answer"
        sleep(0.05)
    words = shlex.split(env_file.read_text("utf-8"))
    return dict(word.split("=", 1) for word in words if "=" in word)


def hv_for(simulator: Simulator, home: Path) -> Hv:
    """An ``hv`` that reaches a simulator, with a home of its own."""
    own = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_CONFIG_HOME": str(home), "LC_ALL": "C.UTF-8"}
    return Hv(own | dict(simulator.settings))


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A host with three machines that nobody changes."""
    yield from simulate(tmp_path_factory.mktemp("hvsim"), "--vms", "3")


@pytest.fixture
def hv(simulator: Simulator, tmp_path: Path) -> Hv:
    """``hv`` with the settings of the simulator."""
    return hv_for(simulator, tmp_path)
