"""A fabric with network cards at the ports of a switch: tests are what QEMU is otherwise."""

from __future__ import annotations

import socket
from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

from attrs import define, evolve, field

from openhyperv.emulator.network.fabric import Fabric, PortTraffic
from openhyperv.emulator.network.settings import PortSettings
from tests.emulator_network.crafting import BROADCAST, arp, ethernet

SWITCH = "5C2B8B77-0A0B-4B25-9B0A-6A8D22C9C2B5"
STRANGER = bytes.fromhex("02a1b2c3d4e5")
"""An address that no card has."""
DEADLINE_S = 10.0


@define
class Card:
    """A network card: it sends whole frames, and gets those that have come to it."""

    name: str
    mac: bytes
    end: socket.socket
    _unread: bytes = b""

    def send(self, *frames: bytes) -> None:
        """Send frames at once."""
        self.end.sendall(b"".join(len(frame).to_bytes(4, "big") + frame for frame in frames))

    def received(self) -> list[bytes]:
        """What has come since the last time; nothing is waited for."""
        while True:
            try:
                part = self.end.recv(1 << 16, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return self._frames()
            assert part, "the cable was pulled"
            self._unread += part

    def await_frames(self, count: int) -> list[bytes]:
        """So many frames, in the order of their coming."""
        frames: list[bytes] = []

        def has_all() -> bool:
            frames.extend(self.received())
            return len(frames) >= count

        wait_until(has_all)
        return frames

    def _frames(self) -> list[bytes]:
        frames = []
        while len(self._unread) >= 4:
            end = 4 + int.from_bytes(self._unread[:4], "big")
            if len(self._unread) < end:
                break
            frames.append(self._unread[4:end])
            self._unread = self._unread[end:]
        return frames


@define
class Lab:
    """Each machine has one card and one port."""

    fabric: Fabric
    settings: dict[str, PortSettings] = field(factory=dict)
    _cards: list[Card] = field(factory=list)

    def close(self) -> None:
        """Pull all cables."""
        for card in self._cards:
            card.end.close()

    def add(self, name: str, **settings: Any) -> Card:
        """A machine whose card is plugged in, with its port's settings in force before that."""
        mac = bytes.fromhex(f"00155d0000{len(self.settings) + 1:02x}")
        self.settings[name] = PortSettings(**{"switch": SWITCH, "mac": mac, **settings})
        self._define(name)
        return self.plug(name)

    def plug(self, name: str) -> Card:
        """A card in the port of a machine, as far as that has one."""
        mac = self.settings[name].mac if name in self.settings else STRANGER
        card = Card(name, mac, self.fabric.plug(name, "nic"))
        self._cards.append(card)
        return card

    def change(self, card: Card, **settings: Any) -> None:
        """Other settings of a card's port, as if an administrator had changed them."""
        self.settings[card.name] = evolve(self.settings[card.name], **settings)
        self._define(card.name)

    def _define(self, name: str) -> None:
        self.fabric.define(name, {"nic": self.settings[name]})

    def traffic(self, card: Card) -> PortTraffic:
        """What has passed a card's port."""
        return self.fabric.traffic(card.name, "nic")

    def send(self, card: Card, *frames: bytes) -> None:
        """Send frames, and wait until the switch has done with them: whoever gets them has got them."""
        wanted = self._handled(card) + len(frames)
        card.send(*frames)
        wait_until(lambda: self._handled(card) >= wanted)

    def _handled(self, card: Card) -> int:
        sent = self.traffic(card).sent
        return sent.packets + sent.dropped

    def passes(self, source: Card, target: Card, body: bytes) -> bool:
        """Whether a packet of one card comes to the other one's address."""
        frame = ethernet(source.mac, target.mac, body)
        target.received()
        self.send(source, frame)
        return target.received() == [frame]


def everybody(card: Card) -> bytes:
    """A frame for everybody on the card's network."""
    return ethernet(card.mac, BROADCAST, arp(card.mac))


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait for what another thread does."""
    deadline_s = monotonic() + DEADLINE_S
    while not condition():
        assert monotonic() < deadline_s
        sleep(0.001)
