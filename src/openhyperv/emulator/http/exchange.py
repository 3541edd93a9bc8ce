"""What passes between the listener and the WS-Management service behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from attrs import evolve, field, frozen

from openhyperv.emulator.rules.actions import Action, ResetBefore, Unauthorized


@frozen
class Exchange:
    """One request, authenticated and unsealed.

    ``body`` is UTF-8 without a byte order mark, whether it came as UTF-8 or UTF-16; a body in any other
    ``charset`` is as it came, and the service answers it with the fault for encodings.
    ``user`` is the account or Kerberos principal, and empty for a request that came without one: the header
    ``WSMANIDENTIFY: unauthenticated`` or the path ``/wsman-anon/identify``. Such a request may only be
    answered if it is an Identify. ``connection`` tells this client connection from all others.
    """

    body: bytes = field(repr=False)
    user: str
    charset: str = "UTF-8"
    is_secure: bool = False
    peer: str = ""
    connection: int = 0

    @property
    def is_authenticated(self) -> bool:
        """False for the one request that needs no account, Identify."""
        return bool(self.user)


@frozen
class Answer:
    """The service's answer: a SOAP envelope as UTF-8 without an XML declaration.

    The listener writes it in the request's charset, sealed if the request was. ``disturbance`` is what a
    rule wants to happen on the way.
    """

    body: bytes = field(repr=False)
    status: int = 200
    disturbance: Action | None = None


Service: TypeAlias = Callable[[Exchange], Answer]


def answer_under(action: Action | None, execute: Callable[[], Answer]) -> Answer:
    """Execute a request unless the rule that fired keeps it from the host, and pass the rule on.

    Only the rule's delay and what it does to the connection are the listener's; a rule about faults,
    methods, jobs or files is for ``execute`` to heed.
    """
    if isinstance(action, (ResetBefore, Unauthorized)):
        return Answer(b"", disturbance=action)
    answer = execute()
    return answer if action is None else evolve(answer, disturbance=action)
