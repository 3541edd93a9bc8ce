"""The one call that most tests here make."""

from __future__ import annotations

from openhyperv.transport.connection import Reply
from openhyperv.transport.deadline import Deadline
from openhyperv.transport.pool import Pool
from tests.transport.winrm_peer import Exchange


def ask(
    pool: Pool, body: bytes = b"<question/>", *, changes_state: bool = False, seconds: float = 10.0
) -> Reply:
    """Exchange one envelope."""
    return pool.exchange(
        body, deadline=Deadline.after(seconds), changes_state=changes_state, operation="Get Msvm_Thing"
    )


def echo(exchange: Exchange) -> None:
    """A behaviour that answers with the question."""
    exchange.answer(b"<answer>" + exchange.request + b"</answer>")
