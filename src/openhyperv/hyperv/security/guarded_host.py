"""Whether a Host Guardian Service vouches for a host, which shielded machines of a fabric need."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.security.hgs import CLIENT_CONFIGURATION
from openhyperv.hyperv.values import returned_instance


def is_guarded(session: Session) -> bool:
    """True where the host has passed attestation; False on hosts before 2016, too."""
    try:
        output = session.run(CLIENT_CONFIGURATION, "Get", target="guarded host")
    except NotFoundError:
        return False
    return returned_instance(output, "cmdletOutput").get("IsHostGuarded") is True
