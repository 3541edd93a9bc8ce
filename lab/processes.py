"""Programs that go on running after ``up`` has ended, each with a file that says which process it is."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from attrs import asdict, field, frozen

from lab.errors import LabError
from lab.places import Places
from lab.waiting import wait_until

_LOG_TAIL_LINES = 15


@frozen
class Program:
    """What is run, and when it is ready.

    It is started anew when the command, its environment or a file it ``reads`` has changed. A file that it
    ``makes`` is removed before that, so as not to be taken for the new one.
    """

    name: str
    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(factory=dict)
    reads: tuple[Path, ...] = ()
    makes: Path | None = None
    is_ready: Callable[[], bool] | None = None
    start_timeout_s: float = 180.0
    stop_timeout_s: float = 20.0

    def fingerprint(self) -> str:
        """Changes with the command, its environment and the files it reads."""
        digest = hashlib.sha256(json.dumps([self.argv, sorted(self.environment.items())]).encode())
        for path in self.reads:
            digest.update(path.read_bytes())
        return digest.hexdigest()


@frozen
class Process:
    """A process, told from later ones of the same number by when it was started (proc(5), stat, field 22)."""

    pid: int
    started: str
    fingerprint: str

    def is_alive(self) -> bool:
        """Whether it still runs; one that nobody has waited for does not."""
        fields = _stat(self.pid)
        return fields is not None and fields[0] != "Z" and fields[19] == self.started

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and to what it started."""
        if self.is_alive():
            os.killpg(self.pid, number)


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third on: the second, a name, may hold spaces."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


@frozen
class Processes:
    """The processes of one lab."""

    places: Places

    def find(self, name: str) -> Process | None:
        """The process of that program, if it is alive."""
        try:
            process = Process(**json.loads(self._record(name).read_text("utf-8")))
        except FileNotFoundError:
            return None
        return process if process.is_alive() else None

    def names(self) -> list[str]:
        """Every program that was started and not stopped since, the oldest first."""
        records = sorted(self.places.processes.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        return [path.stem for path in records]

    def start(self, programs: Iterable[Program]) -> list[Program]:
        """Have the programs running; gives those that were not, or not as they should be."""
        changed = [program for program in programs if not self._is_running(program)]
        self.stop([program.name for program in changed], max((p.stop_timeout_s for p in changed), default=0))
        for program in changed:
            self._launch(program)
        return changed

    def _is_running(self, program: Program) -> bool:
        process = self.find(program.name)
        return process is not None and process.fingerprint == program.fingerprint()

    def _launch(self, program: Program) -> None:
        if program.makes:
            program.makes.unlink(missing_ok=True)
        with self.log(program.name).open("ab") as log:
            try:
                child = subprocess.Popen(
                    program.argv,
                    env=self.environment() | dict(program.environment),
                    cwd=self.places.state,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            except FileNotFoundError as error:
                raise LabError(f"{error.filename} is not installed: make setup-openstack") from error
        fields = _stat(child.pid)
        process = Process(child.pid, fields[19] if fields else "", program.fingerprint())
        self._record(program.name).write_text(json.dumps(asdict(process)), "utf-8")
        child.returncode = 0  # it is to outlive us: Python need not warn that nobody waits for it

    def environment(self) -> dict[str, str]:
        """What every program of the lab finds in its environment, and nothing else of ours."""
        home = self.places.data("home")
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = f"{self.places.venv}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {"PATH": path, "HOME": str(home), "LC_ALL": "C.UTF-8", "PYTHONWARNINGS": "ignore"}

    def wait(self, program: Program) -> None:
        """Return when the program is ready.

        :raises LabError: it ended, or is not ready in time; with the end of its log
        """
        is_ready = program.is_ready
        if is_ready is None:
            return

        def is_ready_while_running() -> bool:
            if self.find(program.name) is None:
                raise LabError(f"{program.name} has ended.")
            return is_ready()

        try:
            wait_until(is_ready_while_running, program.start_timeout_s, f"{program.name} is ready")
        except LabError as error:
            raise LabError(f"{error} {self.log(program.name)} ends:\n{self._tail(program.name)}") from error

    def run(self, name: str, argv: Iterable[str], environment: Mapping[str, str] | None = None) -> None:
        """Run a command to its end, its output in the log of that name.

        :raises LabError: it failed; with the end of its log
        """
        with self.log(name).open("ab") as log:
            done = subprocess.run(
                list(argv),
                env=self.environment() | dict(environment or {}),
                cwd=self.places.state,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                check=False,
            )
        if done.returncode:
            raise LabError(f"{name} failed. {self.log(name)} ends:\n{self._tail(name)}")

    def stop(self, names: Iterable[str], timeout_s: float = 20.0) -> None:
        """End these programs together: politely, after ``timeout_s`` by force."""
        running = {name: process for name in names if (process := self.find(name))}
        for process in running.values():
            process.signal(signal.SIGTERM)
        try:
            wait_until(lambda: not any(p.is_alive() for p in running.values()), timeout_s, "stopped")
        except LabError:
            for process in running.values():
                process.signal(signal.SIGKILL)
            wait_until(lambda: not any(p.is_alive() for p in running.values()), timeout_s, "killed")
        for name in names:
            self._record(name).unlink(missing_ok=True)

    def log(self, name: str) -> Path:
        """Where a program's output goes."""
        return self.places.logs / f"{name}.log"

    def _record(self, name: str) -> Path:
        return self.places.processes / f"{name}.json"

    def _tail(self, name: str) -> str:
        lines = self.log(name).read_text("utf-8", "replace").splitlines()
        return "\n".join(lines[-_LOG_TAIL_LINES:])
