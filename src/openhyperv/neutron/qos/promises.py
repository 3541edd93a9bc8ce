"""The bandwidth that a host's switches can promise their ports together, for placement.

Neutron's server writes it to placement, so that Nova's scheduler chooses a host that has enough left for
ports with a minimum (Neutron's administration guide, "Quality of Service: Guaranteed Minimum Bandwidth").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen
from neutron_lib import constants
from neutron_lib.placement import utils as placement

from openhyperv.errors import InvalidInputError
from openhyperv.neutron.agent_type import Configuration
from openhyperv.neutron.mappings import SwitchMappings

_OPTION = "resource_provider_bandwidths"


@frozen
class PromisedBandwidth:
    """What each switch promises, in kbit/s by its name, and the physical network that it leads to.

    ``inventory_defaults`` are the other properties of the inventories, as placement has them.
    """

    egress_kbps: Mapping[str, int]
    networks: Mapping[str, str]
    inventory_defaults: Mapping[str, float]

    def configurations(self, host_name: str) -> dict[str, Any]:
        """What an agent reports of it; the host is the resource provider above the switches."""
        return {
            constants.RP_BANDWIDTHS: {
                switch: {constants.EGRESS_DIRECTION: kbps, constants.INGRESS_DIRECTION: None}
                for switch, kbps in self.egress_kbps.items()
            },
            constants.RP_HYPERVISORS: dict.fromkeys(self.egress_kbps, host_name),
            constants.RP_INVENTORY_DEFAULTS: dict(self.inventory_defaults),
            Configuration.PROMISING_SWITCHES.value: {
                network: [switch] for switch, network in self.networks.items()
            },
        }


def promised_bandwidth(
    entries: Sequence[str], inventory_defaults: Mapping[str, str], mappings: SwitchMappings
) -> PromisedBandwidth:
    """Read ``switch:egress:ingress`` entries as Neutron does, for the switches of those mappings.

    :raises InvalidInputError: an entry is not like that; what guests receive is to be promised, which Hyper-V
        cannot; or not exactly one physical network is mapped to the switch by its whole name
    """
    try:
        bandwidths = placement.parse_rp_bandwidths(entries)
        defaults = placement.parse_rp_inventory_defaults(dict(inventory_defaults))
    except ValueError as error:
        raise InvalidInputError(f"{error}.", target=_OPTION) from error
    for switch, each in bandwidths.items():
        _refuse_ingress(switch, each[constants.INGRESS_DIRECTION])
    found = {switch: each[constants.EGRESS_DIRECTION] for switch, each in bandwidths.items()}
    promised = {switch: kbps for switch, kbps in found.items() if kbps}
    networks = {switch: _network_of(switch, mappings) for switch in promised}
    return PromisedBandwidth(promised, networks, defaults)


def _refuse_ingress(switch: str, kbps: int | None) -> None:
    if kbps:
        raise InvalidInputError(
            "Hyper-V promises no bandwidth of what guests receive.",
            target=switch,
            remedy=f"Leave the second number of {_OPTION} empty: {switch}:EGRESS:",
        )


def _network_of(switch: str, mappings: SwitchMappings) -> str:
    """A trait in placement names it: there is one for a network, and none for a pattern."""
    patterns = [each.pattern for each in mappings.mappings if each.switch == switch]
    if len(patterns) != 1 or "*" in patterns[0]:
        raise InvalidInputError(
            f"A switch in {_OPTION} is mapped to one physical network, by its whole name.",
            target=switch,
            remedy="Correct physical_network_vswitch_mappings.",
        )
    return patterns[0]
