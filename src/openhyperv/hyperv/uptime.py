"""Since when a host's Windows has been running."""

from __future__ import annotations

from datetime import datetime, timedelta

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.facts import CIMV2
from openhyperv.hyperv.values import moment
from openhyperv.wire.wql import select


@frozen
class HostUptime:
    """When the host booted, and what its clock says now; both are of the same clock."""

    booted: datetime
    now: datetime

    @property
    def lasted(self) -> timedelta:
        """How long it has been running, in whole seconds."""
        return timedelta(seconds=int((self.now - self.booted).total_seconds()))


def read_uptime(session: Session) -> HostUptime:
    """One query.

    :raises NotFoundError: the host does not tell
    """
    query = select("Win32_OperatingSystem", "LastBootUpTime", "LocalDateTime")
    system = next(session.query(query, CIMV2), None)
    booted = None if system is None else moment(system, "LastBootUpTime")
    now = None if system is None else moment(system, "LocalDateTime")
    if booted is None or now is None:
        raise NotFoundError("The host does not tell since when it has been running.", host=session.host)
    return HostUptime(booted, now)
