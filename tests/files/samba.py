"""A private Samba of the test run: unprivileged, on loopback, with a ``C$`` share and named pipes."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

USERNAME = "Administrator"
PASSWORD = "correct horse battery staple"
START_DEADLINE_S = 20.0
END_DEADLINE_S = 10.0

_CONFIGURATION = """
[global]
  server role = standalone server
  netbios name = HVTEST
  smb ports = {port}
  interfaces = lo
  bind interfaces only = yes
  disable netbios = yes
  passdb backend = tdbsam:{home}/private/passdb.tdb
  private dir = {home}/private
  lock directory = {home}/lock
  state directory = {home}/state
  cache directory = {home}/cache
  pid directory = {home}/pid
  ncalrpc dir = {home}/ncalrpc
  log file = {home}/log/smbd
  load printers = no
  printcap name = /dev/null
  disable spoolss = yes
  usershare max shares = 0
  map to guest = never
  server min protocol = SMB2_10
  server max protocol = {newest_dialect}
  server signing = mandatory
  username map = {home}/users
  strict allocate = no
[C$]
  path = {share}
  read only = no
  force user = {user}
"""


@frozen
class Samba:
    """A running server; ``drive`` is the folder behind ``C:``, ``pipes`` where it looks for named pipes."""

    port: int
    drive: Path
    pipes: Path
    process_id: int

    def drop_connections(self) -> None:
        """End the processes that serve connections, as if the network had gone; returns when they have."""
        serving = [child for child in self._children() if b"smbd" in _read(child / "cmdline")]
        for child in serving:
            os.kill(int(child.name), signal.SIGTERM)
        deadline = time.monotonic() + END_DEADLINE_S
        while any(_is_running(child) for child in serving) and time.monotonic() < deadline:
            time.sleep(0.01)

    def _children(self) -> list[Path]:
        listed = _read(Path(f"/proc/{self.process_id}/task/{self.process_id}/children"))
        return [Path("/proc") / child for child in listed.decode().split()]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


def _is_running(process: Path) -> bool:
    state = _read(process / "stat").rpartition(b") ")[2][:1]
    return state not in (b"", b"Z")


@contextmanager
def running_samba(
    home: Path, *, within: tuple[str, ...] = (), newest_dialect: str = "SMB3_11"
) -> Iterator[Samba]:
    """Start a server whose files are all under ``home``; it ends with the block.

    ``within`` is a command that runs the one after it, such as one with a small disk.
    """
    port = _free_port()
    drive = home / "drive"
    configuration = _prepare(home, drive, port, newest_dialect)
    command = (*within, "smbd", "-F", "--no-process-group", "-s", str(configuration), "-l", str(home / "log"))
    with (
        (home / "output").open("wb") as output,
        subprocess.Popen(
            command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, start_new_session=True
        ) as process,
    ):
        try:
            _wait_until_listening(process, port, home)
            yield Samba(port, drive, home / "ncalrpc" / "np", process.pid)
        finally:
            process.terminate()
            process.wait(END_DEADLINE_S)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _prepare(home: Path, drive: Path, port: int, newest_dialect: str) -> Path:
    drive.mkdir(parents=True, exist_ok=True)
    for name in ("private", "lock", "state", "cache", "pid", "ncalrpc", "log"):
        (home / name).mkdir(mode=0o700)
    (home / "ncalrpc" / "np").mkdir(mode=0o700)
    user = pwd.getpwuid(os.getuid()).pw_name
    (home / "users").write_text(f"{user} = {USERNAME}\n")
    configuration = home / "smb.conf"
    configuration.write_text(
        _CONFIGURATION.format(home=home, share=drive, user=user, port=port, newest_dialect=newest_dialect)
    )
    subprocess.run(
        ["pdbedit", "-s", str(configuration), "-a", "-t", "-u", user],
        input=f"{PASSWORD}\n{PASSWORD}\n",
        text=True,
        check=True,
        capture_output=True,
        timeout=START_DEADLINE_S,
    )
    return configuration


def _wait_until_listening(process: subprocess.Popen[bytes], port: int, home: Path) -> None:
    deadline = time.monotonic() + START_DEADLINE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"smbd did not start: {(home / 'output').read_text()}")


def small_disk(home: Path, size: str) -> tuple[str, ...]:
    """A command prefix that mounts a disk of that size on the drive of ``home``, for the server only."""
    mount = f'mount -t tmpfs -o size={size} none "{home}/drive" && exec "$@"'
    as_root = ("--map-root-user",) if os.getuid() else ()
    return ("unshare", *as_root, "--mount", "sh", "-c", mount, "sh")
