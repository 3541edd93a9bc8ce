"""What the listener bears from its clients."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class Limits:
    """Limits of WinRM and HTTP.sys, with the defaults of Windows Server 2012 and later.

    ``max_envelope_kb``  MaxEnvelopeSizekb: a larger request is answered with 413
    ``max_connections``  MaxConnections: one more is answered with 503
    ``retrieval_s``      MaxPacketRetrievalTimeSeconds: from a request's first byte to its last
    ``idle_s``           HTTP.sys' connection time-out between requests
    """

    max_envelope_kb: int = 500
    max_connections: int = 300
    retrieval_s: float = 120.0
    idle_s: float = 120.0

    @property
    def max_envelope_bytes(self) -> int:
        """The largest envelope, unsealed."""
        return self.max_envelope_kb * 1024

    @property
    def max_body_bytes(self) -> int:
        """The largest HTTP body: the envelope and what sealing wraps around it."""
        return self.max_envelope_bytes + 4096
