"""Rules of the features that a switch itself has, which depend on what switch it is.

Sources: the cmdlets Set-VMSwitch and Set-VMSwitchTeam.
"""

from __future__ import annotations

from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.settings import Feature
from openhyperv.emulator.host.switches.bandwidth import BandwidthMode
from openhyperv.emulator.host.switches.feature_kind import BadFeature
from openhyperv.emulator.host.switches.features import SWITCH_BANDWIDTH, SWITCH_TEAMING


def check_switch_feature(feature: Feature, configuration: Configuration, mode: BandwidthMode | None) -> None:
    """Refuse what only another switch could have; ``mode`` is how this one promises bandwidth.

    :raises BadFeature: it could not
    """
    values = feature.merged()
    if feature.kind is SWITCH_TEAMING and configuration.value("TeamingEnabled") is not True:
        raise BadFeature("Only a switch with embedded teaming has a team.")
    if feature.kind is SWITCH_BANDWIDTH:
        if values.get("DefaultFlowReservation") and mode is not BandwidthMode.ABSOLUTE:
            raise BadFeature("DefaultFlowReservation is for a switch that promises bandwidth by number.")
        if values.get("DefaultFlowWeight") and mode is not BandwidthMode.WEIGHT:
            raise BadFeature("DefaultFlowWeight is for a switch that promises bandwidth by weight.")
