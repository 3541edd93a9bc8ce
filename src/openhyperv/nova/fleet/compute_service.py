"""One host's compute service: running, ending, or waiting for another try."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from typing import TypeAlias

from attrs import define

from openhyperv.nova.fleet.members import Member

LOG = logging.getLogger(__name__)

FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 60.0
HEALTHY_S = 120.0
"""One that ran so long did not fail at its start: the next delay is the first again."""

Launch: TypeAlias = Callable[[Member], int]


@define
class ComputeService:
    """What is wanted of a host's service, and what is so; times are of one monotonic clock, in seconds."""

    member: Member
    wanted: bool = True
    pid: int | None = None
    _started_at: float = 0.0
    _due_at: float = 0.0
    _kill_at: float | None = None
    _delay_s: float = FIRST_DELAY_S

    @property
    def is_over(self) -> bool:
        """True for one that is not wanted, and not there."""
        return not self.wanted and self.pid is None

    def next_at(self) -> float | None:
        """When something is to be done without a signal; None for never."""
        if self.pid is None:
            return self._due_at if self.wanted else None
        return self._kill_at

    def advance(self, now: float, launch: Launch) -> None:
        """Start it if it is due; kill it if it was told to end and did not."""
        due = self.next_at()
        if due is None or due > now:
            return
        if self.pid is None:
            self._start(now, launch)
        else:
            LOG.warning("%s did not end in time; killing process %d.", self.member.name, self.pid)
            os.kill(self.pid, signal.SIGKILL)
            self._kill_at = None

    def end(self, now: float, grace_s: float) -> None:
        """Tell it to end; after ``grace_s`` it is killed. May be repeated."""
        if self.pid is not None and self._kill_at is None:
            os.kill(self.pid, signal.SIGTERM)
            self._kill_at = now + grace_s

    def become(self, member: Member, now: float, grace_s: float) -> None:
        """Run by another file from now on."""
        self.wanted = True
        if member != self.member:
            LOG.info("The file of %s changed.", member.name)
            self.member, self._delay_s, self._due_at = member, FIRST_DELAY_S, now
            self.end(now, grace_s)

    def ended(self, status: int, now: float) -> None:
        """Its process is gone; where nobody told it to end, it is started again after a delay."""
        was_told, self.pid, self._kill_at = self._kill_at is not None, None, None
        if was_told or not self.wanted:
            LOG.info("The service of %s ended.", self.member.name)
            self._due_at = now
            return
        if now - self._started_at >= HEALTHY_S:
            self._delay_s = FIRST_DELAY_S
        LOG.error(
            "The service of %s ended with %d; next try in %g s.", self.member.name, status, self._delay_s
        )
        self._due_at = now + self._delay_s
        self._delay_s = min(self._delay_s * 2, LONGEST_DELAY_S)

    def _start(self, now: float, launch: Launch) -> None:
        self.pid, self._started_at = launch(self.member), now
        LOG.info("Started the service of %s: process %d.", self.member.name, self.pid)
