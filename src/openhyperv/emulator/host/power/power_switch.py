"""Asking the whole host to go down: who asks, and who does it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto


class HostPower(Enum):
    """What becomes of a host."""

    OFF = auto()
    REBOOT = auto()


class NoPowerSwitch(Exception):  # noqa: N818  # read as a noun where it is caught
    """Nobody runs the host who could take it down."""


class PowerSwitch:
    """Between the operating system's methods and whoever runs the host.

    ``act`` answers at once and does it afterwards, so that the request that asked is still answered.
    """

    def __init__(self) -> None:
        self._act: Callable[[HostPower], None] | None = None

    def connect(self, act: Callable[[HostPower], None]) -> None:
        """Say who takes the host down."""
        self._act = act

    def press(self, power: HostPower) -> None:
        """Have the host go down.

        :raises NoPowerSwitch: nobody does that
        """
        if self._act is None:
            raise NoPowerSwitch
        self._act(power)
