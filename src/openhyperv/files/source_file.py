"""What can be sent to a host: a file here, or one of another host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol


class SourceFile(Protocol):
    """An open file of a size that is not expected to change."""

    @property
    def name(self) -> str:
        """What to call it before people."""

    @property
    def size_bytes(self) -> int:
        """How large it is."""

    def has_changed(self) -> bool:
        """True if the file was written since it was opened, as far as can be told."""

    def read(self, offset: int) -> bytes:
        """The step of the file that begins at ``offset``, shorter at its end.

        :raises InvalidInputError: the file has become shorter
        """

    def steps(self, end: int) -> Iterator[tuple[int, bytes]]:
        """The file from its start to ``end``, with the offset of each step."""
