"""All virtual switches of one host, the cables into them, and the host's adapters on physical networks."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from time import monotonic

from attrs import evolve, frozen

from openhyperv.emulator.network.frame_stream import FrameStream
from openhyperv.emulator.network.frames import read_frame
from openhyperv.emulator.network.loop import Loop
from openhyperv.emulator.network.port import Port
from openhyperv.emulator.network.segment import checked_networks
from openhyperv.emulator.network.settings import NOWHERE, PortSettings
from openhyperv.emulator.network.switch import Switch
from openhyperv.emulator.network.team import Team
from openhyperv.emulator.network.traffic import Flow


@frozen
class PortTraffic:
    """What has passed a port; ``metered_bytes`` are those of its metering rules by their names."""

    sent: Flow
    received: Flow
    metered_bytes: Mapping[str, int]


class Fabric:
    """Ports belong to an owner, a machine or a switch, and have a name there. Any thread may call.

    A port that nobody has defined lets nothing through.
    """

    def __init__(self, networks: Path) -> None:
        """``networks`` is the folder of the physical networks; hosts that share it share those.

        :raises InvalidInputError: its path is too long for the names of sockets in it
        """
        self._networks = checked_networks(networks)
        self._loop = Loop()
        self._ports: dict[str, dict[str, Port]] = {}
        self._switches: dict[str, Switch] = {}
        self._cables: dict[tuple[str, str], FrameStream] = {}
        self._teams: dict[Port, Team] = {}

    def define(self, owner: str, ports: Mapping[str, PortSettings]) -> None:
        """Give an owner these ports, in force when it returns; others that it had are gone.

        :raises OSError: a physical network cannot be joined; its port leads nowhere then
        """
        with self._loop.lock:
            present = self._ports.setdefault(_key(owner), {})
            wanted = {_key(name): settings for name, settings in ports.items()}
            for name in present.keys() - wanted.keys():
                self._configure(present[name], NOWHERE)
                if (_key(owner), name) not in self._cables:
                    del present[name]
            for name, settings in wanted.items():
                self._configure(present.setdefault(name, Port()), settings)

    def plug(self, owner: str, name: str) -> socket.socket:
        """Plug a new cable into a port, instead of the one there; returns the device's end."""
        ours, theirs = socket.socketpair()
        key = (_key(owner), _key(name))
        with self._loop.lock:
            self._unplug(key)
            port = self._ports.setdefault(key[0], {}).setdefault(key[1], Port())
            port.count_anew()
            cable = FrameStream(ours, self._loop, partial(self._receive, port), partial(self._unplug, key))
            self._cables[key] = cable
            port.device = cable
        return theirs

    def unplug(self, owner: str, name: str) -> None:
        """Pull a cable out, if there is one."""
        with self._loop.lock:
            self._unplug((_key(owner), _key(name)))

    def traffic(self, owner: str, name: str) -> PortTraffic:
        """What has passed a port so far, nothing for one that does not exist."""
        with self._loop.lock:
            port = self._ports.get(_key(owner), {}).get(_key(name)) or Port()
            metered = dict(port.policy.addresses.metered_bytes)
            return PortTraffic(evolve(port.sent), evolve(port.received), metered)

    def close(self) -> None:
        """Pull all cables out, and leave all networks."""
        with self._loop.lock:
            for cable in list(self._cables.values()):
                cable.close()
            for team in self._teams.values():
                team.leave()
            self._teams.clear()
        self._loop.close()

    def _configure(self, port: Port, settings: PortSettings) -> None:
        before = port.settings
        if settings == before:
            return
        if before.switch != settings.switch:
            self._move(port, before.switch, settings)
        else:
            port.configure(settings)
            if settings.switch is not None:
                self._switches[_key(settings.switch)].forget(port)
        if before.segments != settings.segments:
            self._join(port, settings)

    def _move(self, port: Port, left: str | None, settings: PortSettings) -> None:
        """To another switch: it leaves the one before it changes, and is there once it is all it shall be."""
        if left is not None:
            self._switches[_key(left)].remove(port)
        port.configure(settings)
        if settings.switch is not None:
            self._switches.setdefault(_key(settings.switch), Switch()).add(port)

    def _join(self, port: Port, settings: PortSettings) -> None:
        left = self._teams.pop(port, None)
        port.device = None
        if left is not None:
            left.leave()
        if settings.segments:
            team = Team(self._networks, settings.segments, self._loop, partial(self._receive, port))
            self._teams[port] = port.device = team

    def _receive(self, port: Port, data: bytes) -> float:
        """A frame from the device at a port; how long it has to wait before the next."""
        now_s = monotonic()
        settings, frame = port.settings, read_frame(data)
        if settings.switch is None or frame is None:
            port.sent.dropped += 1
            return 0.0
        vlan_id = port.ingress(frame, len(data), now_s)
        if vlan_id is None:
            return 0.0
        self._switches[_key(settings.switch)].forward(port, frame, vlan_id, now_s)
        return port.delay(len(data), now_s)

    def _unplug(self, key: tuple[str, str]) -> None:
        cable = self._cables.pop(key, None)
        if cable is None:
            return
        cable.close()
        owner, name = key
        self._ports[owner][name].device = None
        if not self._ports[owner][name].is_defined:
            del self._ports[owner][name]


def _key(text: str) -> str:
    """GUIDs and InstanceIDs are the same in any case of letters."""
    return text.lower()
