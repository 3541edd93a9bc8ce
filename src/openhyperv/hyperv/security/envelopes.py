"""Room for bytes: WS-CIM spends an element on each, so that certificates outgrow the smallest envelope."""

from __future__ import annotations

from openhyperv.cim.exchange import SMALLEST_ENVELOPE_BYTES
from openhyperv.cim.session import Session


def make_room_for_bytes(session: Session) -> None:
    """Learn how large the host's envelopes may be, once in a session: key protectors are large.

    One request, and none where the session knows already.
    """
    if session.envelope_bytes <= SMALLEST_ENVELOPE_BYTES:
        session.learn_envelope_size()
