"""What an emulated host was asked, as it understood it: to count requests, and to hit each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from openhyperv.emulator.rules.actions import Action
from openhyperv.emulator.rules.matching import Operation, OperationName, Rule, Rules

_READING = {OperationName.GET, OperationName.ENUMERATE, OperationName.PULL, OperationName.RELEASE}


def is_waiting(name: str, class_name: str) -> bool:
    """True for a pull and for a look at a job: their number depends on time."""
    return name == OperationName.PULL or (name == OperationName.GET and class_name.endswith("Job"))


class Witness(Rules):
    """Rules that remember every request that they were asked about, in order."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: list[Operation] = []
        self._seen_lock = Lock()

    def match(self, operation: Operation) -> Action | None:
        """Remember the request, then let the rules decide."""
        with self._seen_lock:
            self._seen.append(operation)
        return super().match(operation)

    def since(self, start: int) -> list[Operation]:
        """The requests from that one on; waiting, by pulls and by looks at jobs, is left out."""
        with self._seen_lock:
            return [seen for seen in self._seen[start:] if not is_waiting(seen.name, seen.class_name)]

    @contextmanager
    def watching(self) -> Iterator[list[Operation]]:
        """The requests that arrive during the block; the list is filled when it ends."""
        with self._seen_lock:
            start = len(self._seen)
        seen: list[Operation] = []
        try:
            yield seen
        finally:
            seen += self.since(start)

    @contextmanager
    def misfortune(self, *rules: Rule) -> Iterator[list[Operation]]:
        """The rules hold during the block; what arrives is remembered as by :meth:`watching`."""
        self.replace(rules)
        try:
            with self.watching() as seen:
                yield seen
        finally:
            self.clear()


def changes(seen: list[Operation]) -> list[str]:
    """The requests among them that may change the host, as ``Class.Method``."""
    return [
        f"{operation.class_name}.{operation.method}"
        for operation in seen
        if operation.name not in _READING and not operation.method.startswith("Get")
    ]
