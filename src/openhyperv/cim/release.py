"""The Windows Server releases that the schema tells apart, oldest first."""

from __future__ import annotations

from enum import IntEnum
from typing import Self


class Release(IntEnum):
    """A release by its build number, so that later compares greater.

    Builds: Microsoft, "Windows Server release information".
    """

    WS2012 = 9200
    WS2012R2 = 9600
    WS2016 = 14393
    WS2019 = 17763
    WS2022 = 20348
    WS23H2 = 25398
    WS2025 = 26100

    @classmethod
    def named(cls, name: str) -> Self:
        """The release called ``2012``, ``2012R2``, ``2016``, ``2019``, ``2022``, ``23H2`` or ``2025``.

        :raises KeyError: there is no such release
        """
        return cls[f"WS{name.upper()}"]

    @property
    def label(self) -> str:
        """The name without the product: ``2012R2``."""
        return self.name.removeprefix("WS")
