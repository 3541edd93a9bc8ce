"""A virtual switch: it learns where addresses are, and sends frames there, or wherever they may be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from attrs import frozen

from openhyperv.emulator.network.frames import Frame
from openhyperv.emulator.network.port import Port
from openhyperv.emulator.network.settings import MonitorMode

_AGE_S = 300.0
"""IEEE 802.1D recommends it for what was learned."""
_MOST_LEARNED = 1024
"""Msvm_VirtualEthernetSwitchSettingData.MaxNumMACAddress."""
_Place: TypeAlias = tuple[int, bytes]


@frozen(eq=False)
class _Learned:
    port: Port
    seen_s: float


class Switch:
    """Its ports decide what passes; what nobody learned goes to all of them."""

    def __init__(self) -> None:
        self._ports: list[Port] = []
        self._learned: dict[_Place, _Learned] = {}

    def add(self, port: Port) -> None:
        """Take in a port."""
        self._ports.append(port)

    def remove(self, port: Port) -> None:
        """Let a port go."""
        self._ports.remove(port)
        self.forget(port)

    def forget(self, port: Port) -> None:
        """Learn anew who is at a port."""
        self._learned = {place: known for place, known in self._learned.items() if known.port is not port}

    def forward(self, source: Port, frame: Frame, vlan_id: int, now_s: float) -> None:
        """Send a frame on that a port has let in."""
        self._learn(source, (vlan_id, frame.source), now_s)
        self._mirror(source, frame)
        for target in self._targets(source, frame, vlan_id, now_s):
            if target.egress(frame, vlan_id, now_s):
                self._mirror(target, frame)

    def _learn(self, port: Port, place: _Place, now_s: float) -> None:
        known = self._learned.get(place)
        if known is None and len(self._learned) >= _MOST_LEARNED:
            return
        if (known is None or known.port is not port) and self._is_anothers(port, place):
            return
        self._learned[place] = _Learned(port, now_s)

    def _is_anothers(self, port: Port, place: _Place) -> bool:
        """Whoever may send from any address still gets nothing that is for another port's own."""
        vlan_id, mac = place
        return any(
            other.settings.mac == mac and other.settings.vlan.egress(vlan_id) is not None
            for other in self._ports
            if other is not port
        )

    def _targets(self, source: Port, frame: Frame, vlan_id: int, now_s: float) -> Iterable[Port]:
        if not frame.is_for_many:
            known = self._learned.get((vlan_id, frame.destination))
            if known is not None and now_s - known.seen_s < _AGE_S:
                return () if known.port is source else (known.port,)
        return [port for port in self._ports if port is not source and port.is_meant(frame)]

    def _mirror(self, port: Port, frame: Frame) -> None:
        """Copies of what a monitored port sends and gets go to the ports that watch its session."""
        # UNVERIFIED: that copies have no VLAN tag, and are not judged by the watching port's rules
        security = port.settings.security
        if security.monitor is MonitorMode.SOURCE:
            for watcher in self._watchers(security.monitor_session):
                if watcher is not port:
                    watcher.deliver(frame, frame.to_bytes(0))

    def _watchers(self, session: int) -> Sequence[Port]:
        return [
            port
            for port in self._ports
            if port.settings.security.monitor is MonitorMode.DESTINATION
            and port.settings.security.monitor_session == session
        ]
