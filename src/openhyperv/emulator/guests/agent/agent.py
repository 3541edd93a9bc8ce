"""The host's side of a guest's agent: asks for signs of life, keeps what it reports, gives it items."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Mapping
from threading import Event, Lock, Thread

from openhyperv.emulator.guests.agent.channel import AgentChannel, AgentSilent
from openhyperv.emulator.guests.agent.files import copy_into
from openhyperv.emulator.guests.agent.pools import write_pool
from openhyperv.emulator.guests.agent.report import ask
from openhyperv.emulator.guests.exchange import FileCopy, GuestReport, Items, Pool
from openhyperv.emulator.guests.machine import GuestError
from openhyperv.emulator.guests.monitor import Event as MonitorEvent

CHANNEL = "org.qemu.guest_agent.0"
DEVICE = "agent"
"""QEMU's name of the channel's port."""
_BEAT_INTERVAL_S = 2.0
_BEATS_PER_REPORT = 3
_LOG = logging.getLogger(__name__)


class GuestAgent:
    """Talks to the agent inside, if there is one, in a thread; ``on_beat`` hears each sign of life."""

    def __init__(self, end: socket.socket, on_beat: Callable[[], None]) -> None:
        self._channel = AgentChannel(end)
        self._on_beat = on_beat
        self._lock = Lock()
        self._given: dict[Pool, Items] = {}
        self._waiting: set[Pool] = set()
        self._report: GuestReport | None = None
        self._is_over = Event()
        self._thread = Thread(target=self._talk, name="guest agent", daemon=True)
        self._thread.start()

    @property
    def report(self) -> GuestReport | None:
        """What the guest said last; None while nobody inside answers."""
        return self._report

    def hear(self, event: MonitorEvent) -> None:
        """QEMU tells when a program inside opens or closes the channel."""
        if event["event"] == "VSERPORT_CHANGE" and event["data"]["id"] == DEVICE:
            with self._lock:
                self._report = None
                self._waiting = set(self._given)  # a guest that starts anew has forgotten them
            self._channel.opened(is_open=event["data"]["open"])

    def give(self, items: Mapping[Pool, Items]) -> None:
        """Have the guest know these items of those pools, as soon as it listens."""
        with self._lock:
            self._given.update(items)
            self._waiting.update(items)

    def copy_file(self, copy: FileCopy) -> None:
        """Bring a file into the guest.

        :raises CopyRefused: the guest does not take it, or nobody in it answers
        """
        copy_into(self._channel, copy)

    def close(self) -> None:
        """Stop talking."""
        self._is_over.set()
        self._channel.close()
        self._thread.join()

    def _talk(self) -> None:
        beats = 0
        while not self._is_over.is_set():
            if self._channel.is_open:
                self._try_beat(beats)
                beats += 1
            self._is_over.wait(_BEAT_INTERVAL_S)

    def _try_beat(self, beats: int) -> None:
        try:
            self._channel.execute("guest-ping")
            self._on_beat()
            self._deliver()
            if self._report is None or beats % _BEATS_PER_REPORT == 0:
                self._keep(ask(self._channel))
        except AgentSilent:
            return  # its missing sign of life says so
        except GuestError as error:
            _LOG.warning("A guest's agent refuses what hosts ask of it: %s", error)

    def _keep(self, report: GuestReport) -> None:
        with self._lock:
            if self._channel.is_open:
                self._report = report

    def _deliver(self) -> None:
        with self._lock:
            waiting = {pool: self._given[pool] for pool in self._waiting}
        for pool, items in waiting.items():
            write_pool(self._channel, pool, items)
            with self._lock:
                if self._given[pool] is items:
                    self._waiting.discard(pool)
