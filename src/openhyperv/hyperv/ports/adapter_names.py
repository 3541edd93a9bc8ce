"""What the network adapters of a host are called."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.hyperv.ports.finding import ADAPTER, LEGACY_ADAPTER
from openhyperv.hyperv.values import text
from openhyperv.wire.wql import select


def adapter_names(session: Session) -> frozenset[str]:
    """The names of every machine's adapters, and of their copies in checkpoints, in two queries."""
    read_legacy = session.aside(lambda: _names(session, LEGACY_ADAPTER))
    return _names(session, ADAPTER) | read_legacy()


def _names(session: Session, class_name: str) -> frozenset[str]:
    return frozenset(text(row, "ElementName") for row in session.query(select(class_name, "ElementName")))
