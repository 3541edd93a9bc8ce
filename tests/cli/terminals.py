"""A pseudo terminal with ``hv`` on it."""

import os
import pty
import subprocess
import termios
from time import monotonic

from tests.cli.conftest import PROGRAMS

PATIENCE_S = 270


class Terminal:
    """``hv`` on a pseudo terminal, as somebody sits at it."""

    def __init__(self, hv, *arguments):
        self.ours, theirs = pty.openpty()
        self.before = termios.tcgetattr(self.ours)
        self.process = subprocess.Popen(
            [PROGRAMS / "hv", *arguments], env=hv.environment, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        self.shown = b""

    def until(self, words):
        """Read until the words are on the screen."""
        deadline = monotonic() + PATIENCE_S
        while words not in self.shown:
            assert monotonic() < deadline, self.shown[-2000:]
            self.shown += os.read(self.ours, 4096)

    def type(self, keys):
        """Press keys; what was on the screen before is used up."""
        self.shown = b""
        os.write(self.ours, keys)

    def close(self):
        """Close the window, and wait until the program has noticed."""
        os.close(self.ours)
        self.process.wait(30)
