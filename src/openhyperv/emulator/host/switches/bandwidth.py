"""How a virtual switch guarantees bandwidth, and which guarantees its ports can therefore have.

Modes: Microsoft, "New-VMSwitch", MinimumBandwidthMode.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum

from openhyperv.wire.types import Value

WRONG_PARAMETER = 0x80070057
"""E_INVALIDARG, in the text of the job that a guarantee of the wrong kind fails with."""


class BandwidthMode(IntEnum):
    """Msvm_VirtualEthernetSwitchSettingData.BandwidthReservationMode; 0 stands for one of these."""

    WEIGHT = 1
    ABSOLUTE = 2
    NONE = 3


def refusal(bandwidth: Mapping[str, Value], mode: BandwidthMode | None) -> str | None:
    """Why a switch of that mode cannot give a port this bandwidth; None where it can.

    A port that leads to no switch can be promised anything.
    """
    if bandwidth.get("Reservation") and mode not in (None, BandwidthMode.ABSOLUTE):
        return "The virtual switch does not reserve bandwidth in absolute numbers."
    if bandwidth.get("Weight") and mode not in (None, BandwidthMode.WEIGHT):
        return "The virtual switch does not reserve bandwidth by weight."
    return None
