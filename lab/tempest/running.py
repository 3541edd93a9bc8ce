"""A run of Tempest, two tests at a time."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from lab.errors import LabError
from lab.processes import Processes
from lab.settings import Lab
from lab.tempest.results import Result, read_results

_CONCURRENCY = 2


def list_tests(lab: Lab, processes: Processes, workspace: Path) -> list[str]:
    """Every test that Tempest has, by its full name.

    :raises LabError: Tempest cannot be read
    """
    done = _call(lab, processes, workspace, "stestr", "list")
    if done.returncode:
        raise LabError(f"Tempest's tests cannot be listed: {done.stderr.decode().strip()}")
    return [line for line in done.stdout.decode().splitlines() if line.startswith("tempest.")]


def run(lab: Lab, processes: Processes, workspace: Path, tests: Sequence[str]) -> list[Result]:
    """Run these tests and say what became of them; those before an interrupt, if there is one."""
    if not tests:
        return []  # Tempest would take an empty list for all tests
    chosen, stream = workspace / "chosen.txt", workspace / "latest.subunit"
    chosen.write_text("".join(f"{test}\n" for test in tests), "utf-8")
    argv = [lab.places.program("tempest"), "run", "--subunit", f"--load-list={chosen}"]
    with (
        stream.open("wb") as output,
        processes.log("tempest-run").open("wb") as log,
        suppress(KeyboardInterrupt),
    ):
        subprocess.run(
            [*argv, f"--concurrency={_CONCURRENCY}"],
            cwd=workspace,
            env=processes.environment(),
            stdout=output,
            stderr=log,
            check=False,  # it fails if a test does, which the results tell
        )
    return read_results(stream.read_bytes())


def _call(
    lab: Lab, processes: Processes, workspace: Path, program: str, *words: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [lab.places.program(program), *words],
        cwd=workspace,
        env=processes.environment(),
        capture_output=True,
        check=False,
    )
