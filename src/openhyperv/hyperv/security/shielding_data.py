"""Shielding data (PDK): what a tenant gives along to make a machine that the host cannot look into."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from attrs import field, frozen

from openhyperv.errors import InvalidInputError

_LARGEST_BYTES = 64 * 1024**2
"""Far more than the answer files and certificates of shielding data need."""


@frozen
class ShieldingData:
    """The contents of a shielding data file, which no log and no error shows."""

    content: bytes = field(repr=False)

    def __attrs_post_init__(self) -> None:
        if not 0 < len(self.content) <= _LARGEST_BYTES:
            raise InvalidInputError(f"Shielding data have 1 to {_LARGEST_BYTES} bytes.")

    @classmethod
    def from_file(cls, path: Path) -> Self:
        """The shielding data in a file of this machine.

        :raises InvalidInputError: it cannot be read, is empty, or far too large
        """
        try:
            with path.open("rb") as file:
                return cls(file.read(_LARGEST_BYTES + 1))
        except OSError as error:
            raise InvalidInputError(
                f"The shielding data cannot be read: {error.strerror}.", target=str(path)
            ) from error
