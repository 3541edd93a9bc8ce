"""What the network adapters of a host are called."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.hyperv.ports.finding import read_adapters
from openhyperv.hyperv.values import text


def adapter_names(session: Session) -> frozenset[str]:
    """The names of every machine's adapters, and of their copies in checkpoints, in two queries."""
    return frozenset(text(row, "ElementName") for row in read_adapters(session))
