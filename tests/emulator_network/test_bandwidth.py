"""How long a device waits that sends more than its port's bandwidth, by a clock that is told."""

from __future__ import annotations

import pytest

from openhyperv.emulator.network.port import Port
from openhyperv.emulator.network.settings import PortSettings
from tests.emulator_network.wires import SWITCH

MEGABIT = 1_000_000


@pytest.fixture
def port() -> Port:
    """A port that may send 8 Mbit/s on average, a million bytes of them ten times as fast."""
    port = Port()
    port.configure(
        PortSettings(switch=SWITCH, limit_bps=8 * MEGABIT, burst_bytes=1_000_000, burst_bps=80 * MEGABIT)
    )
    return port


def _sent_within(port: Port, seconds: float, started_s: float) -> int:
    """How much a device sends that waits as it is told to."""
    now_s, sent_bytes = started_s, 0
    while now_s < started_s + seconds:
        sent_bytes += 1500
        now_s += port.delay(1500, now_s)
    return sent_bytes


def test_a_burst_is_no_faster_than_its_own_limit(port: Port) -> None:
    assert _sent_within(port, 0.05, 100.0) == pytest.approx(500_000, rel=0.05)


def test_after_a_burst_the_average_holds(port: Port) -> None:
    assert _sent_within(port, 5.0, 100.0) == pytest.approx(6_000_000, rel=0.02)


def test_a_device_that_was_quiet_may_burst_again(port: Port) -> None:
    _sent_within(port, 5.0, 100.0)
    assert _sent_within(port, 0.05, 110.0) == pytest.approx(500_000, rel=0.05)


def test_bounds_change_at_once(port: Port) -> None:
    _sent_within(port, 5.0, 100.0)
    port.configure(PortSettings(switch=SWITCH, burst_bps=8 * MEGABIT))
    assert _sent_within(port, 1.0, 105.0) == pytest.approx(1_000_000, rel=0.05)
    port.configure(PortSettings(switch=SWITCH))
    assert port.delay(1 << 30, 106.0) == 0.0
