"""What has passed a port, and what was dropped there; all of it only grows."""

from __future__ import annotations

from attrs import define

from openhyperv.emulator.network.frames import Frame

_BROADCAST = b"\xff" * 6


@define
class Flow:
    """One direction of a port."""

    total_bytes: int = 0
    directed: int = 0
    multicast: int = 0
    broadcast: int = 0
    dropped: int = 0

    @property
    def packets(self) -> int:
        """Everything that passed."""
        return self.directed + self.multicast + self.broadcast

    def count(self, frame: Frame, size_bytes: int) -> None:
        """A frame has passed."""
        self.total_bytes += size_bytes
        if not frame.is_for_many:
            self.directed += 1
        elif frame.destination == _BROADCAST:
            self.broadcast += 1
        else:
            self.multicast += 1
