"""A guest's virtual TPM 2.0: one swtpm process, whose state stays with the machine."""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openhyperv.emulator.children import Child, Privileges


class VirtualTpm:
    """A running swtpm; ``channel`` is QEMU's end of its control connection."""

    def __init__(self, state_dir: Path, log: Path, privileges: Privileges, key: bytes | None) -> None:
        """Start it; the TPM's memory is in ``state_dir/tpm``, encrypted with ``key`` (32 bytes), if given.

        :raises ChildError: swtpm is not installed
        """
        directory = state_dir / "tpm"
        directory.mkdir(mode=0o700, exist_ok=True)
        _give_away(directory, privileges)
        self.channel, theirs = socket.socketpair()
        with theirs:
            control = f"type=unixio,clientfd={theirs.fileno()}"
            argv = ["swtpm", "socket", "--tpm2", "--tpmstate", "dir=.", "--ctrl", control, "--terminate"]
            inherited = [theirs.fileno()]
            with _readable(key) as key_end:
                if key_end is not None:
                    argv += ["--key", f"fd={key_end},mode=aes-256-cbc,format=binary"]
                    inherited.append(key_end)
                self._child = Child(argv, cwd=directory, log=log, privileges=privileges, pass_fds=inherited)

    def stop(self) -> None:
        """End it; it has written its state after each command."""
        self.channel.close()
        self._child.stop()


@contextmanager
def _readable(key: bytes | None) -> Iterator[int | None]:
    """A pipe that holds the key, so that it stands in no file and on no command line."""
    if key is None:
        yield None
        return
    reading, writing = os.pipe()
    try:
        os.write(writing, key)
        os.close(writing)
        yield reading
    finally:
        os.close(reading)


def _give_away(directory: Path, privileges: Privileges) -> None:
    if privileges.uid is not None and privileges.gid is not None:
        for path in (directory, *directory.iterdir()):
            shutil.chown(path, privileges.uid, privileges.gid)
