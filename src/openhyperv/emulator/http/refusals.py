"""What HTTP.sys and WinRM answer by themselves: plain HTTP, never SOAP."""

from __future__ import annotations

from http import HTTPStatus

from openhyperv.emulator.http.authentication import Challenged
from openhyperv.emulator.http.stream import Response


def by_http_sys(status: int) -> Response:
    """A refusal by the HTTP stack, before WinRM saw anything; the connection ends."""
    phrase = HTTPStatus(status).phrase
    page = (
        f"<html><head><title>{phrase}</title></head><body><h2>{phrase}</h2><p>HTTP {status}</p></body></html>"
    )
    headers = (("Content-Type", "text/html; charset=us-ascii"),)
    return Response(status=status, reason=phrase, headers=headers, body=page.encode("ascii"), closes=True)


def by_winrm(status: int) -> Response:
    """A refusal by WinRM: a status and nothing else."""
    return Response(status=status)


def method_not_allowed() -> Response:
    """WinRM takes only POST."""
    return Response(status=405, headers=(("Allow", "POST"),), closes=True)  # UNVERIFIED: closes after 405


def unauthorized(challenge: Challenged) -> Response:
    """401 with the next token or with the schemes that would do."""
    return Response(status=401, headers=challenge.headers, closes=challenge.closes)
