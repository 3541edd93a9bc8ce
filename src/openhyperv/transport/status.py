"""HTTP status codes that mean something by themselves, without an envelope ([MS-WSMV] 2.2.9.1, 3.1.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from openhyperv.errors import AccessDeniedError, HyperVError, ProtocolError, QuotaError
from openhyperv.transport.target import Target

UNAUTHORIZED = 401
ENVELOPE_STATUSES = frozenset({200, 400, 500})
"""Replies that carry an envelope: an answer, or a fault."""


def check_status(status: int, target: Target) -> None:
    """Let a reply that can carry an envelope pass. What is refused here was not executed by the host.

    :raises AccessDeniedError: 403
    :raises QuotaError: 503
    :raises ProtocolError: every other status but 200, 400 and 500
    """
    if status in ENVELOPE_STATUSES:
        return
    make, message, remedy = _REFUSALS.get(status, _UNKNOWN)
    raise make(f"{message} (HTTP {status}).", host=target.host, target=target.address, remedy=remedy)


_Refusal = tuple[Callable[..., HyperVError], str, str]

_UNKNOWN: _Refusal = (
    ProtocolError,
    "The host answered with a status that WS-Management does not use",
    "Check that the port is that of WinRM and that no proxy answers for the host.",
)
_REFUSALS: Mapping[int, _Refusal] = {
    403: (
        AccessDeniedError,
        "The account may not use WinRM on the host",
        "Add it to the host's Remote Management Users, and check the listener's URL permissions.",
    ),
    404: (
        ProtocolError,
        "Nothing is served under /wsman there",
        "Check that the port is that of WinRM and that the listener keeps its standard path.",
    ),
    413: (
        ProtocolError,
        "The request is larger than the host accepts",
        "Send less at once, or raise MaxEnvelopeSizekb on the host.",
    ),
    415: (
        ProtocolError,
        "The host does not read this kind of request",
        "Check AllowUnencrypted and the authentication methods of the host's WinRM service.",
    ),
    503: (
        QuotaError,
        "The host takes no more connections for now",
        "Try again later, or raise MaxConnections on the host.",
    ),
}
