"""Keeps one compute service running for each host of a fleet."""

from __future__ import annotations

import logging
import os
import signal
import time
from pathlib import Path

from attrs import define, field

from openhyperv.errors import InvalidInputError
from openhyperv.nova.fleet.compute_service import ComputeService, Launch
from openhyperv.nova.fleet.members import members_of

LOG = logging.getLogger(__name__)

WAITED_FOR = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD})
_LONGEST_WAIT_S = 3600.0


@define
class Supervisor:
    """Starts services again that ended, with a growing delay, and follows the list of hosts.

    - SIGHUP reads the directory again: new hosts are started, others end, changed ones do both
    - SIGTERM and SIGINT end all services, and then the supervisor; who does not end in time is killed

    It has one thread, and so have its children when they are forked.
    """

    hosts_directory: Path
    launch: Launch
    grace_s: float
    _services: dict[str, ComputeService] = field(init=False, factory=dict)
    _is_ending: bool = field(init=False, default=False)

    def run(self) -> None:
        """Returns when it was told to end and every service has ended.

        :raises InvalidInputError: there is no list of hosts to begin with
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, WAITED_FOR)
        try:
            self._follow_the_list()
        except OSError as error:
            raise InvalidInputError(f"The list of hosts cannot be read: {error}.") from error
        self._advance()
        while self._services or not self._is_ending:
            self._wait()
            self._reap()
            self._advance()

    def _wait(self) -> None:
        """Until a signal comes, or something is due."""
        due = [at for service in self._services.values() if (at := service.next_at()) is not None]
        timeout_s = min([_LONGEST_WAIT_S, *(at - time.monotonic() for at in due)])
        received = signal.sigtimedwait(WAITED_FOR, max(timeout_s, 0.0))
        if received is None:
            return
        if received.si_signo in {signal.SIGTERM, signal.SIGINT}:
            self._end_all()
        elif received.si_signo == signal.SIGHUP and not self._is_ending:
            self._follow_again()

    def _follow_again(self) -> None:
        try:
            self._follow_the_list()
        except OSError as error:
            LOG.warning("The list of hosts stays as it is, since it cannot be read: %s", error)

    def _follow_the_list(self) -> None:
        members, now = members_of(self.hosts_directory), time.monotonic()
        for name, service in self._services.items():
            if name not in members:
                service.wanted = False
                service.end(now, self.grace_s)
        for name, member in members.items():
            if name in self._services:
                self._services[name].become(member, now, self.grace_s)
            else:
                self._services[name] = ComputeService(member)
        LOG.info("%d hosts are listed in %s.", len(members), self.hosts_directory)

    def _end_all(self) -> None:
        self._is_ending = True
        for service in self._services.values():
            service.wanted = False
            service.end(time.monotonic(), self.grace_s)

    def _reap(self) -> None:
        """One signal may stand for several children."""
        by_pid = {service.pid: service for service in self._services.values() if service.pid}
        for pid, service in by_pid.items():
            reaped, status = os.waitpid(pid, os.WNOHANG)
            if reaped:
                service.ended(os.waitstatus_to_exitcode(status), time.monotonic())

    def _advance(self) -> None:
        for service in self._services.values():
            service.advance(time.monotonic(), self.launch)
        self._services = {name: each for name, each in self._services.items() if not each.is_over}
