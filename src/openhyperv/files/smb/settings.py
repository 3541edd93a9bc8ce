"""How to reach a host's files."""

from __future__ import annotations

from enum import StrEnum

from attrs import field, frozen


class Authentication(StrEnum):
    """How to prove who we are: Negotiate prefers Kerberos and falls back to NTLM."""

    NEGOTIATE = "negotiate"
    KERBEROS = "kerberos"
    NTLM = "ntlm"


@frozen
class ShareSettings:
    """A host's SMB server and an account that may use its administrative shares.

    Everything is signed; ``encrypt`` also encrypts it. ``timeout_s`` is for connecting, and for the answer
    to each request. Without ``username``, Kerberos uses the tickets of this process.
    """

    server: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    port: int = 445
    authentication: Authentication = Authentication.NEGOTIATE
    encrypt: bool = False
    timeout_s: float = 30.0
