"""Child processes of the emulator: none outlives it, however it ends."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from attrs import frozen

_SPAWNER = ThreadPoolExecutor(max_workers=1, thread_name_prefix="children")
"""Linux sends the parent-death signal when the *thread* that forked ends, so one lasting thread forks."""


class ChildError(Exception):
    """A program is missing, or did not do what it was started for."""


def find_program(name: str) -> str:
    """The full path of a program; Debian keeps servers where not every user's PATH looks.

    :raises ChildError: it is not installed
    """
    search = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    found = shutil.which(name, path=search)
    if found is None:
        raise ChildError(f"The program {name} is not installed.")
    return found


@frozen
class Privileges:
    """What a child may be: by default what we are; ``uid`` and ``gid`` need root to give away."""

    uid: int | None = None
    gid: int | None = None
    no_new_privileges: bool = True

    @classmethod
    def least(cls) -> Privileges:
        """Ourselves; nobody when we are root."""
        if os.geteuid():
            return cls()
        nobody = pwd.getpwnam("nobody")
        return cls(uid=nobody.pw_uid, gid=nobody.pw_gid)

    def setpriv_options(self) -> list[str]:
        """The words of setpriv(1) that take effect before the program runs."""
        words = ["--no-new-privs"] if self.no_new_privileges else []
        if self.uid is not None:
            words += [f"--reuid={self.uid}", f"--regid={self.gid}", "--clear-groups"]
        return words


class Child:
    """A running program in a process group of its own, killed by the kernel when the emulator dies."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        log: Path,
        privileges: Privileges = Privileges(),
        pass_fds: Sequence[int] = (),
    ) -> None:
        """Start ``argv``; its output goes to ``log``, which is private to us.

        :raises ChildError: the program does not exist
        """
        self._log = log
        program = find_program(argv[0])
        options = privileges.setpriv_options()
        wrapped = [find_program("setpriv"), "--pdeathsig", "KILL", *options, "--", program, *argv[1:]]
        self._process = _SPAWNER.submit(self._spawn, wrapped, cwd, pass_fds).result()

    def _spawn(self, argv: Sequence[str], cwd: Path, pass_fds: Sequence[int]) -> subprocess.Popen[bytes]:
        log = os.open(self._log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            return subprocess.Popen(
                argv,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=pass_fds,
                start_new_session=True,
                restore_signals=False,  # SIGXFSZ stays ignored: a write over a limit fails, it does not kill
            )
        finally:
            os.close(log)

    @property
    def pid(self) -> int:
        """The process id; it names the program itself, not a wrapper."""
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """False once it has ended."""
        return self._process.poll() is None

    def output(self) -> str:
        """The end of what it has written so far."""
        with contextlib.suppress(FileNotFoundError):
            return self._log.read_text(errors="replace")[-4000:]
        return ""

    def wait(self, timeout_s: float | None = None) -> int | None:
        """Wait for the end: the exit status (negative: the signal), or None when time ran out first."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def stop(self, grace_s: float = 5.0) -> None:
        """Ask to end, then make it: afterwards nothing of its process group is left."""
        if self.is_running:
            self._signal_group(signal.SIGTERM)
            self.wait(grace_s)
        self.kill()

    def kill(self) -> None:
        """End the whole process group at once."""
        self._signal_group(signal.SIGKILL)
        self._process.wait()

    def _signal_group(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)
