"""Whether the system inside a guest is in contact with its host: told by its heartbeat."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import IntEnum

from openhyperv.emulator.host.machines.virtual_system import VirtualSystem

LOST_AFTER_S = 30  # UNVERIFIED: how long without a heartbeat contact counts as lost; settings make it seconds
"""Emulated processors are slow, and a guest's agent may take many times what a real one takes."""


class Contact(IntEnum):
    """CIM_ManagedSystemElement.OperationalStatus of a service inside a guest."""

    OK = 2
    NONE = 12
    """Never since it started: not installed, or still booting."""
    LOST = 13

    @property
    def text(self) -> str:
        """StatusDescriptions."""
        return _TEXTS[self]


_TEXTS = {Contact.OK: "OK", Contact.NONE: "No Contact", Contact.LOST: "Lost Communication"}


def contact_of(system: VirtualSystem) -> Contact:
    """The contact with a VM's present guest."""
    last = system.session.last_heartbeat if system.session else None
    if last is None:
        return Contact.NONE
    age_s = (datetime.now(UTC) - last).total_seconds()
    return Contact.OK if age_s < LOST_AFTER_S else Contact.LOST
