"""Operations to which clients gave an id: sent again, they are not executed again (MS-WSMV 3.1.4.2).

A server keeps what it answered until the connection asks for something else, or until the time is over for
which it keeps the answers of connections that are gone.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Lock
from time import monotonic

from attrs import define, field

from openhyperv.emulator.http.exchange import Answer
from openhyperv.emulator.wsman.refusals import invalid_header
from openhyperv.wire.envelope import RequestHeader

_RETENTION_S = 195.0
"""Response Retention Timer (MS-WSMV 3.1.2)."""


@define(eq=False)
class _Operation:
    connection: int
    answered: Event = field(factory=Event)
    answer: Answer | None = None
    expires_at_s: float = float("inf")


class Operations:
    """The operations with ids that are running or whose answers are kept. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: dict[tuple[str, str], _Operation] = {}

    def answer(
        self, header: RequestHeader, user: str, connection: int, execute: Callable[[], Answer]
    ) -> Answer:
        """Execute a request, or answer a retransmission as the original was answered.

        :raises Refusal: the id is in use
        """
        if header.operation_id is None:
            return execute()
        key = (user, header.operation_id.lower())
        with self._lock:
            known = self._kept.get(key)
            if known is None or known.expires_at_s < monotonic():
                known = None
                operation = self._begin(key, connection)
            elif not header.is_retransmission:
                raise invalid_header("OperationID")
        return self._finish(operation, execute) if known is None else _repeated(known)

    def _begin(self, key: tuple[str, str], connection: int) -> _Operation:
        """Forget what the connection did before, and what nobody has asked for in time."""
        now_s = monotonic()
        for other, kept in list(self._kept.items()):
            if kept.connection == connection or kept.expires_at_s < now_s:
                del self._kept[other]
        operation = self._kept[key] = _Operation(connection)
        return operation

    def _finish(self, operation: _Operation, execute: Callable[[], Answer]) -> Answer:
        try:
            operation.answer = execute()
            return operation.answer
        finally:
            operation.expires_at_s = monotonic() + _RETENTION_S
            operation.answered.set()


def _repeated(operation: _Operation) -> Answer:
    # UNVERIFIED: the answer alone will do, without the Acknowledge message that comes before it in chunks
    operation.answered.wait(_RETENTION_S)
    if operation.answer is None:
        raise invalid_header("OperationID")
    return operation.answer
