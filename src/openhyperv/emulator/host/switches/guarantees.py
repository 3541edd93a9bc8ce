"""Whether switches can keep what the bandwidth settings of their ports promise."""

from __future__ import annotations

from collections.abc import Iterable

from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.settings import Feature, Resource
from openhyperv.emulator.host.switches.bandwidth import BandwidthMode, refusal
from openhyperv.emulator.host.switches.features import BANDWIDTH
from openhyperv.emulator.host.switches.names import SwitchNames
from openhyperv.emulator.host.switches.network import connected_switch


class GuaranteeRefused(ValueError):  # noqa: N818  # read as a noun where it is caught
    """A switch cannot promise a port that; methods answer with a job that fails."""


def check_guarantees(features: Iterable[Feature], mode: BandwidthMode | None) -> None:
    """Check the bandwidth settings among a port's features.

    :raises GuaranteeRefused: a switch of that mode cannot keep them
    """
    for feature in features:
        if feature.kind is BANDWIDTH and (reason := refusal(feature.merged(), mode)):
            raise GuaranteeRefused(reason)


def check_connection(connection: Resource, configuration: Configuration, switches: SwitchNames) -> None:
    """Check the bandwidth settings of a connection against the switch that it leads to.

    :raises GuaranteeRefused: the switch cannot keep them
    """
    mode = switches.bandwidth_mode_of(connected_switch(connection) or "")
    check_guarantees(configuration.features_of(connection), mode)
