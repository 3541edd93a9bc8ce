"""How long os-win sleeps between looks at a job: its pace, which no host and no network can change."""

from __future__ import annotations

import time

from tests.oswin.gates import module


class Naps:
    """Stands for the module ``time`` where os-win waits for jobs; sleeps as long, and counts."""

    def __init__(self) -> None:
        self.count = 0

    def sleep(self, seconds: float) -> None:
        """Sleep once more."""
        self.count += 1
        time.sleep(seconds)

    def monotonic(self) -> float:
        """The clock."""
        return time.monotonic()


def counted_naps() -> Naps:
    """Have os-win's naps counted from now on."""
    naps = Naps()
    module("utils.jobutils").time = naps
    return naps
