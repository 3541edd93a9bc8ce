"""A QEMU without a machine: block devices, and commands that write to them as a guest would."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

_DEADLINE_S = 60


class BareQemu:
    """Runs while its ``with`` block does; ``kill`` is a lost power supply."""

    def __init__(self, folder: Path) -> None:
        ours, theirs = socket.socketpair()
        words = ["qemu-system-x86_64", "-machine", "none", "-nodefaults", "-display", "none", "-accel", "tcg"]
        monitor = ["-chardev", f"socket,id=qmp,fd={theirs.fileno()}", "-mon", "chardev=qmp,mode=control"]
        self._process = subprocess.Popen(
            words + monitor, pass_fds=[theirs.fileno()], cwd=folder, stdout=subprocess.DEVNULL
        )
        theirs.close()
        ours.settimeout(_DEADLINE_S)
        self._socket = ours
        self._lines = ours.makefile("rb")
        self._lines.readline()
        self.execute("qmp_capabilities")

    def execute(self, command: str, **arguments: object) -> object:
        """Run a monitor command; returns what it answers."""
        request = {
            "execute": command,
            "arguments": {key.replace("_", "-"): each for key, each in arguments.items()},
        }
        self._socket.sendall(json.dumps(request).encode())
        while True:
            answer = json.loads(self._lines.readline())
            if "event" in answer:
                continue
            assert "return" in answer, answer
            return answer["return"]

    def add(self, block: Mapping[str, object]) -> None:
        """Open a block node."""
        self.execute("blockdev-add", **block)

    def write(self, node: str, pattern: int, start: int, length: int) -> None:
        """Write bytes of one value, as a guest would."""
        self._io(node, f"write -P {pattern} {start} {length}")

    def erase(self, node: str, start: int, length: int) -> None:
        """Write zeros, letting the disk forget what was there."""
        self._io(node, f"write -z -u {start} {length}")

    def flush(self, node: str) -> None:
        """What a guest does before it says that data are safe."""
        self._io(node, "flush")

    def _io(self, node: str, words: str) -> None:
        answer = self.execute("human-monitor-command", command_line=f'qemu-io {node} "{words}"')
        assert not answer, answer

    def kill(self) -> None:
        """End it without a word."""
        self._process.kill()
        self._process.wait()

    def __enter__(self) -> BareQemu:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._socket.sendall(b'{"execute": "quit"}')
            try:
                self._process.wait(_DEADLINE_S)
            finally:
                self._process.kill()
        self._lines.close()
        self._socket.close()
