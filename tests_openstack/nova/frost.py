"""A host at which a nova-compute freezes in the middle of what it does, as if it had been killed.

What a dead process leaves is what its last answered request has left. A thread that waits for an answer
leaves the same, and its service can be replaced by a new one in the same test.
"""

from __future__ import annotations

from threading import Event, Lock

from openhyperv.emulator.rules.actions import Action, ResetBefore
from openhyperv.emulator.rules.matching import Operation, OperationName, Rules


class Frost(Rules):
    """Rules that let whoever asks for the ``nth`` change of the host wait, unexecuted, until the thaw."""

    def __init__(self) -> None:
        super().__init__()
        self._thaw = Event()
        self._counting = Lock()
        self._left: int | None = None
        self.struck = Event()

    def freeze_at(self, nth: int) -> None:
        """Strike once, at that change from now on; the first is 1."""
        with self._counting:
            self._left = nth
            self.struck.clear()

    def spare(self) -> None:
        """Strike no more."""
        with self._counting:
            self._left = None

    def thaw(self) -> None:
        """Let go of everybody who waits."""
        self._thaw.set()

    def match(self, operation: Operation) -> Action | None:
        if _changes(operation) and self._is_due():
            self.struck.set()
            self._thaw.wait()
            return ResetBefore()
        return super().match(operation)

    def _is_due(self) -> bool:
        with self._counting:
            if self._left is None:
                return False
            self._left -= 1
            if self._left:
                return False
            self._left = None
            return True


def _changes(operation: Operation) -> bool:
    return operation.name is OperationName.INVOKE and not operation.method.startswith(("Get", "Validate"))
