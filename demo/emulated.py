"""The emulated host as its users have it: ``hvsim`` in a process of its own."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 30.0
_ENVELOPE_KB = 20480
"""MaxEnvelopeSizekb: Windows' 500 hold a picture of 80 x 60; an administrator raises it for larger ones."""


@contextmanager
def running_host(folder: Path) -> Iterator[dict[str, str]]:
    """Windows Server 2025 with guests in QEMU; gives the variables that clients need."""
    settings = folder / "host.env"
    settings.unlink(missing_ok=True)
    command = [str(Path(sys.executable).with_name("hvsim")), "run", "--guests", "qemu", "--version", "2025"]
    command += ["--data", str(folder / "host"), "--env", str(settings)]
    command += ["--max-envelope-kb", str(_ENVELOPE_KB)]
    with (folder / "hvsim.log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            yield _settings(process, settings, folder / "hvsim.log")
        finally:
            process.terminate()
            process.wait(_STOP_TIMEOUT_S)


def _settings(process: subprocess.Popen[bytes], path: Path, log: Path) -> dict[str, str]:
    """The variables, once the host has written them, which it does when it answers."""
    deadline = monotonic() + _START_TIMEOUT_S
    while not path.exists():
        if process.poll() is not None or monotonic() > deadline:
            raise SystemExit(f"The emulated host did not start:\n{log.read_text()}")
        sleep(0.05)
    words = shlex.split(path.read_text("utf-8"))
    return dict(word.split("=", 1) for word in words if "=" in word)
