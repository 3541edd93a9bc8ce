"""The host's file service: a Samba of our own on a loopback port, started and ended with the emulator."""

from __future__ import annotations

import os
import pwd
import resource
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType

from openhyperv.emulator.children import Child, ChildError, Privileges, find_program
from openhyperv.emulator.run_dir import RunDir
from openhyperv.emulator.smb.configuration import SambaLayout, SmbAccount, configuration_text

_START_TIMEOUT_S = 30.0
_START_ATTEMPTS = 5


class Samba:
    """Serves ``drive_c`` as ``C$`` to one Windows account; needs no privilege and no file of /etc.

    ``pipe_directory`` is where :class:`~openhyperv.emulator.smb.pipes.PipeDirectory` puts named pipes.
    """

    def __init__(
        self, state_dir: Path, drive_c: Path, account: SmbAccount, *, host_name: str, port: int = 0
    ) -> None:
        """Prepare only; ``state_dir`` keeps the log and is ours alone. ``port`` is tried before others."""
        self._state_dir = state_dir.resolve()
        self._drive_c = drive_c.resolve()
        self._account = account
        self._host_name = host_name
        self._child: Child | None = None
        self._run: RunDir | None = None
        self.port = port

    def __enter__(self) -> Samba:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start on a port of 127.0.0.1, the same as before if that is free; returns when clients can connect.

        :raises ChildError: Samba is not installed or does not start; the text ends with what it said
        """
        self._drive_c.mkdir(parents=True, exist_ok=True)
        self._run = RunDir.create(self._state_dir / "run")
        try:
            self._layout.make()
            self._write_username_map()
            self._start_on_free_port()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End smbd and all its connections, and remove its sockets and databases."""
        if self._child is not None:
            self._child.stop()
            self._child = None
        if self._run is not None:
            self._run.remove()
            self._run = None

    @property
    def pipe_directory(self) -> Path:
        """Where smbd looks for the sockets behind named pipes."""
        return self._layout.pipes

    def cut_connections(self) -> None:
        """Drop every client connection in the middle of whatever it does; clients may connect again."""
        self._tool("smbcontrol", "-s", str(self._layout.configuration), "smbd", "kill-client-ip", "127.0.0.1")

    def limit_file_size(self, limit_bytes: int | None) -> None:
        """Make the disk "full" for any file that would grow beyond ``limit_bytes``; None lifts the limit.

        The kernel itself refuses the write (RLIMIT_FSIZE on smbd and its connections), so a client sees what
        a full disk gives in the middle of a copy: part of the file is there and the rest is refused with
        STATUS_DISK_FULL. The free space reported before that is not changed.
        """
        ceiling = resource.RLIM_INFINITY if limit_bytes is None else limit_bytes
        for pid in self._process_ids():
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (ceiling, hard))

    @property
    def _layout(self) -> SambaLayout:
        if self._run is None:
            raise ChildError("The file service is not running.")
        return SambaLayout(kept=self._state_dir, run=self._run.path)

    def _start_on_free_port(self) -> None:
        """Samba cannot be told to let the kernel choose, and a port found free may be taken meanwhile."""
        for attempt in range(1, _START_ATTEMPTS + 1):
            self.port = self.port if attempt == 1 and self.port else _free_port()
            self._write_configuration()
            if attempt == 1:
                self._add_account()
            if self._serves():
                return
        output = self._child.output() if self._child else ""
        raise ChildError(f"smbd does not start: {output}")

    def _serves(self) -> bool:
        """Start smbd on ``port``: True once it accepts connections, False when it has ended instead."""
        argv = ["smbd", "-F", "--no-process-group", "-s", str(self._layout.configuration)]
        self._child = Child(
            argv,
            cwd=self._layout.run,
            log=self._state_dir / "smbd.out",
            privileges=Privileges(no_new_privileges=os.geteuid() != 0),
        )
        deadline = time.monotonic() + _START_TIMEOUT_S
        while self._child.is_running and time.monotonic() < deadline:
            if _accepts(self.port):
                return True
            time.sleep(0.02)
        self._child.stop()
        return False

    def _write_configuration(self) -> None:
        text = configuration_text(
            self._layout,
            host_name=self._host_name,
            port=self.port,
            unix_user=_unix_user(),
            drive_c=self._drive_c,
        )
        self._layout.configuration.write_text(text)

    def _write_username_map(self) -> None:
        self._layout.username_map.write_text(f'!{_unix_user()} = "{self._account.name}"\n')

    def _add_account(self) -> None:
        secret = self._account.password
        configuration = str(self._layout.configuration)
        self._tool(
            "pdbedit", "-s", configuration, "-a", "-t", "-u", _unix_user(), text=f"{secret}\n{secret}\n"
        )

    def _tool(self, name: str, *arguments: str, text: str = "") -> None:
        """Run one of Samba's own tools; secrets go through stdin, never through argv."""
        done = subprocess.run(
            [find_program(name), *arguments],
            input=text,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode:
            raise ChildError(f"{name} failed: {done.stderr.strip() or done.stdout.strip()}")

    def _process_ids(self) -> list[int]:
        """smbd and the processes it forked, which are those of its group."""
        if self._child is None:
            raise ChildError("The file service is not running.")
        leader = self._child.pid
        candidates = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
        return [pid for pid in candidates if _group_of(pid) == leader]


def _group_of(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def _unix_user() -> str:
    """Samba wants each account to be one of this machine; ours is whoever runs the emulator."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError as error:
        raise ChildError(f"The user id {os.geteuid()} has no account on this machine.") from error


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _accepts(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
