"""Following a host: whether it is there, and what its machines do."""

from __future__ import annotations

from datetime import datetime
from threading import Event, Thread

import nova.conf
from oslo_log import log

from openhyperv.errors import (
    AccessDeniedError,
    AuthenticationError,
    DeadlineError,
    HyperVError,
    TransportError,
    UnreachableError,
)
from openhyperv.hyperv.state_watch import StateWatch
from openhyperv.hyperv.uptime import read_uptime
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.presence.lifecycle import Lifecycle
from openhyperv.nova.presence.service_status import ServiceStatus

CONF = nova.conf.CONF
LOG = log.getLogger(__name__)

_AWAY = (TransportError, AuthenticationError, AccessDeniedError, DeadlineError)
"""What a host raises that nothing can be done with."""
_LOOK_S = 60.0
"""How long nothing is heard before the host is asked what its instances do.

A pull of events that a host in trouble never answers looks like one that has nothing to tell, and what comes
and goes within WMI's own looks is not heard at all.
"""
_REFUSED_S = 300.0
"""How long to wait after a refused password: Windows locks accounts that err ten times in ten minutes."""
_BROKEN_S = 1.0
"""How long to wait before a host that is there is listened to again."""
_END_S = 10.0


class HostWatch:
    """One thread that follows the host until it is closed, through whatever breaks the connection.

    As long as the host is away the compute service is disabled with the reason. When it is back the service
    is enabled, and Nova is told what its instances did meanwhile.
    """

    def __init__(self, compute: ComputeHost, lifecycle: Lifecycle, status: ServiceStatus) -> None:
        self._compute = compute
        self._lifecycle = lifecycle
        self._status = status
        self._ending = Event()
        self._settled = Event()
        """The host has answered, or nobody waits for it any more."""
        self._why_away: str | None = None
        self._booted: datetime | None = None
        self._watch: StateWatch | None = None
        self._thread = Thread(target=self._run, name=f"watch {compute.name}", daemon=True)

    def start(self) -> None:
        """Begin to follow the host, and wait until it has answered.

        A service that went on without would have Nova believe that its instances are gone, and that those
        evacuated from here do not run any more.

        :raises UnreachableError: the watch was closed before the host answered
        """
        self._thread.start()
        self._settled.wait()
        self.require()

    def require(self) -> None:
        """Have nothing asked of a host that is known to be away.

        :raises UnreachableError: it is, with the reason
        """
        if self._why_away is not None:
            raise UnreachableError(f"The host is away: {self._why_away}", host=self._compute.name)

    def close(self) -> None:
        """End the thread and what it has at the host; whoever waits for the host waits no more."""
        self._ending.set()
        watch = self._watch
        if watch is not None:
            watch.close()
        if self._thread.is_alive():
            self._thread.join(_END_S)

    def _run(self) -> None:
        while not self._ending.is_set():
            try:
                wait_s = self._follow()
            except Exception:  # nobody would notice that the thread has ended
                LOG.exception("Following the host %s failed.", self._compute.name)
                wait_s = _BROKEN_S
            self._ending.wait(wait_s)
        self._settled.set()

    def _follow(self) -> float:
        """Follow the host until that breaks; how long to wait before the next time."""
        is_first = not self._settled.is_set()
        try:
            has_booted = self._look()
        except HyperVError as error:
            return self._lost(error)
        try:
            with StateWatch(self._compute.host.session) as self._watch:
                if not is_first:  # or else Nova compares by itself, as nova-compute starts
                    self._lifecycle.catch_up(has_booted=has_booted)
                self._listen(self._watch)
        except HyperVError as error:
            LOG.warning("Events of the host %s broke off: %s", self._compute.name, error)
        return _BROKEN_S

    def _look(self) -> bool:
        """See that the host is there, with its files; True if it has booted since the last time.

        :raises HyperVError: it is not
        """
        host = self._compute.host
        booted = read_uptime(host.session).booted
        host.share.exists(host.layout.root)
        has_booted = self._booted is not None and booted > self._booted
        self._why_away, self._booted = None, booted
        self._settled.set()
        self._status.enable()
        return has_booted

    def _lost(self, error: HyperVError) -> float:
        """Let the scheduler know that the host is away; how long to wait before it is tried again.

        One that answers, but not as it should, is there: it may be busy.
        """
        LOG.error("The host %s does not say that it is there: %s", self._compute.name, error)
        if isinstance(error, _AWAY):
            self._why_away = str(error)
            self._status.disable(self._why_away)
        is_refused = isinstance(error, AuthenticationError)
        return _REFUSED_S if is_refused else float(CONF.openhyperv.host_retry_seconds)

    def _listen(self, watch: StateWatch) -> None:
        """Pass on what machines do, for as long as the host is there.

        :raises HyperVError: it is not any more: events may have been missed
        """
        while not self._ending.is_set():
            for change in watch.changes(_LOOK_S):
                self._lifecycle.hear(change)
            if not self._ending.is_set():
                self._lifecycle.catch_up(has_booted=False)
