"""The network cards that a switch leads to: several are a team, which shares its load among them.

Each source has a card of its own, and appears to the physical switches there only (Microsoft, "Remote Direct
Memory Access (RDMA) and Switch Embedded Teaming (SET)"). That is Hyper-V Port; Dynamic, which may send a flow
by another card under another address, does the same here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

from openhyperv.emulator.network.loop import Loop
from openhyperv.emulator.network.segment import Segment, segment_directory

_SOURCE = slice(6, 12)


class Team:
    """Each card is on the physical network of that name; of those on one network, one listens for all.

    What comes in is taken from any of them. Use it under the loop's lock.
    """

    def __init__(
        self, networks: Path, names: Sequence[str], loop: Loop, on_frame: Callable[[bytes], float]
    ) -> None:
        """Join the networks, all of them or none.

        :raises OSError: one cannot be joined
        """
        with ExitStack() as joined:
            segments: dict[str, Segment] = {}
            for name in dict.fromkeys(names):
                segments[name] = Segment(segment_directory(networks, name), loop, on_frame)
                joined.callback(segments[name].leave)
            self._leaving = joined.pop_all()
        self._cards = [segments[name] for name in names]

    def send(self, data: bytes) -> bool:
        """Send a frame by the card of its source."""
        # UNVERIFIED: which card a source gets; its address alone decides here
        return self._cards[sum(data[_SOURCE]) % len(self._cards)].send(data)

    def leave(self) -> None:
        """Be on none of the networks any longer."""
        self._leaving.close()
