"""HTTP status codes that say something by themselves, without an envelope."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from openhyperv.errors import AccessDeniedError, AuthenticationError, HyperVError, ProtocolError, QuotaError

UNAUTHORIZED = 401
_ENVELOPE_STATUSES = frozenset({200, 400, 500})
"""An answer, or a fault."""


@frozen
class Refusal:
    """What a status means that the host gives instead of executing a request."""

    kind: type[HyperVError]
    message: str
    remedy: str


REFUSALS: Mapping[int, Refusal] = {
    UNAUTHORIZED: Refusal(
        AuthenticationError, "The host wants authentication", "Check user name, password and method."
    ),
    403: Refusal(
        AccessDeniedError,
        "The account may not use WinRM on the host",
        "Add it to the host's Remote Management Users, and check the listener's URL permissions.",
    ),
    404: Refusal(
        ProtocolError,
        "Nothing is served under /wsman there",
        "Check that the port is that of WinRM and that the listener keeps its standard path.",
    ),
    413: Refusal(
        ProtocolError,
        "The request is larger than the host accepts",
        "Send less at once, or raise MaxEnvelopeSizekb on the host.",
    ),
    415: Refusal(
        ProtocolError,
        "The host does not read this kind of request",
        "Check AllowUnencrypted and the authentication methods of the host's WinRM service.",
    ),
    503: Refusal(
        QuotaError,
        "The host takes no more connections for now",
        "Try again later, or raise MaxConnections on the host.",
    ),
}
_UNKNOWN = Refusal(
    ProtocolError,
    "The host answered with a status that WS-Management does not use",
    "Check that the port is that of WinRM and that no proxy answers for the host.",
)


def check_status(status: int) -> None:
    """Let a reply pass that can carry an envelope.

    :raises AuthenticationError: 401
    :raises AccessDeniedError: 403
    :raises QuotaError: 503
    :raises ProtocolError: every other status but 200, 400 and 500
    """
    if status not in _ENVELOPE_STATUSES:
        refusal = REFUSALS.get(status, _UNKNOWN)
        raise refusal.kind(f"{refusal.message} (HTTP {status}).", remedy=refusal.remedy)
