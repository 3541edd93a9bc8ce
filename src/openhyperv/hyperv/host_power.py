"""Shutting a host down, or rebooting it."""

from __future__ import annotations

from enum import IntEnum

from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.facts import CIMV2
from openhyperv.wire.wql import select


class HostPowerAction(IntEnum):
    """Flags of Win32_OperatingSystem.Win32Shutdown; each is forced: programs are not asked."""

    SHUT_DOWN = 12
    REBOOT = 6


def press(session: Session, action: HostPowerAction) -> None:
    """Begin to shut down or reboot; returns when the host has accepted it, which goes down afterwards.

    What becomes of its machines is for their stop actions to say, which as a rule save them.

    :raises NotFoundError: the host does not tell what it is
    :raises MethodError: the host refuses, such as an account that lacks the right to shut it down
    """
    system = next(session.query(select("Win32_OperatingSystem", "Name"), CIMV2), None)
    if system is None or system.path is None:
        raise NotFoundError("The host does not tell what it is.", host=session.host)
    session.run(system.path, "Win32Shutdown", {"Flags": action.value, "Reserved": 0}, target=session.host)
