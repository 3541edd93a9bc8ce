"""A port of a virtual switch: what its device sends and gets, by the port's present settings."""

from __future__ import annotations

from typing import Protocol

from openhyperv.emulator.network.frames import Frame
from openhyperv.emulator.network.policy import Policy
from openhyperv.emulator.network.settings import NOWHERE, PortSettings
from openhyperv.emulator.network.storm_control import StormControl
from openhyperv.emulator.network.token_bucket import TokenBucket
from openhyperv.emulator.network.traffic import Flow


class Device(Protocol):
    """What is at the other end of a port: a guest's card, or a physical network."""

    def send(self, data: bytes) -> bool:
        """Give it a frame; False where it takes no more now, and the frame is lost."""
        ...


class Port:
    """``sent`` and ``received`` are seen from the device, as Hyper-V counts."""

    def __init__(self) -> None:
        self.settings = NOWHERE
        self.device: Device | None = None
        self.policy = Policy()
        self.sent = Flow()
        self.received = Flow()
        self._buckets: tuple[TokenBucket, ...] = ()
        self._storm = StormControl(0)

    @property
    def is_defined(self) -> bool:
        """False while nobody has said what it is to be."""
        return self.settings != NOWHERE

    def count_anew(self) -> None:
        """A device that begins to run begins to count at nothing."""
        self.sent, self.received = Flow(), Flow()
        self.policy.addresses.metered_bytes.clear()

    def configure(self, settings: PortSettings) -> None:
        """Be so from now on."""
        before, self.settings = self.settings, settings
        self.policy.replace(settings)
        bounds = _bounds(settings)
        if _bounds(before) != bounds:
            self._buckets = tuple(TokenBucket(rate_bps, burst_bytes) for rate_bps, burst_bytes in bounds)
        if before.security.storm_limit_pps != settings.security.storm_limit_pps:
            self._storm = StormControl(settings.security.storm_limit_pps)

    def delay(self, size_bytes: int, now_s: float) -> float:
        """How long the device has to wait after a frame of that size, in seconds."""
        return max((bucket.take(size_bytes, now_s) for bucket in self._buckets), default=0.0)

    def ingress(self, frame: Frame, size_bytes: int, now_s: float) -> int | None:
        """The VLAN of a frame that the device sends, None where it is not let through."""
        vlan_id = self.settings.vlan.ingress(frame.vlan_id)
        is_storm = frame.is_for_many and not self._storm.allows(now_s)
        if vlan_id is None or is_storm or not self.policy.lets_out(frame, vlan_id, size_bytes, now_s):
            self.sent.dropped += 1
            return None
        self.sent.count(frame, size_bytes)
        return vlan_id

    def is_meant(self, frame: Frame) -> bool:
        """Whether a frame for somebody unknown could be for this device."""
        # UNVERIFIED: that a device which may not change its address gets nothing for other addresses
        security = self.settings.security
        return frame.is_for_many or security.allow_mac_spoofing or frame.destination == self.settings.mac

    def egress(self, frame: Frame, vlan_id: int, now_s: float) -> bool:
        """Give the device a frame of a VLAN, if it is in it and its rules say so; whether they did."""
        tag = self.settings.vlan.egress(vlan_id)
        if tag is None:
            return False
        data = frame.to_bytes(tag, with_priority=self.settings.security.keeps_priority)
        if not self.policy.lets_in(frame, vlan_id, len(data), now_s):
            self.received.dropped += 1
            return False
        return self.deliver(frame, data)

    def deliver(self, frame: Frame, data: bytes) -> bool:
        """Give the device a frame that was judged already; whether it has taken it."""
        if self.device is None and not self.settings.is_hosts_own:
            return False
        if self.device is not None and not self.device.send(data):
            self.received.dropped += 1
            return False
        self.received.count(frame, len(data))
        return True


def _bounds(settings: PortSettings) -> list[tuple[int, int]]:
    """What holds on average, with its burst, and how fast a burst may be."""
    # UNVERIFIED: that the rate of bursts bounds a port without a limit as well
    both = ((settings.limit_bps, settings.burst_bytes), (settings.burst_bps, 0))
    return [(rate_bps, burst_bytes) for rate_bps, burst_bytes in both if rate_bps]
