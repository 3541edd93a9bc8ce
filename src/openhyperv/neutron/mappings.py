"""Which virtual switch a host connects a physical network to: patterns, the first that fits."""

from __future__ import annotations

import re
from collections.abc import Sequence

from attrs import frozen
from neutron_lib import constants

from openhyperv.errors import InvalidInputError


@frozen
class SwitchMapping:
    """One entry of ``physical_network_vswitch_mappings``; in ``pattern``, ``*`` is any text."""

    pattern: str
    switch: str

    @property
    def expression(self) -> str:
        """The pattern as the regular expression that agents report to Neutron, networking-hyperv's too."""
        return "^" + ".*".join(map(re.escape, self.pattern.split("*"))) + "$"

    def fits(self, physical_network: str) -> bool:
        """True where the physical network is meant."""
        return re.match(self.expression, physical_network) is not None


@frozen
class SwitchMappings:
    """A host's switches by physical network, in order, and the switch for networks that stay on the host."""

    mappings: tuple[SwitchMapping, ...]
    local_switch: str | None = None

    @property
    def switches(self) -> frozenset[str]:
        """The name of every switch that may be asked for."""
        local = [] if self.local_switch is None else [self.local_switch]
        return frozenset([each.switch for each in self.mappings] + local)

    @property
    def network_types(self) -> tuple[str, ...]:
        """The types of networks that ports can be connected to."""
        physical = (constants.TYPE_FLAT, constants.TYPE_VLAN) if self.mappings else ()
        return physical if self.local_switch is None else (constants.TYPE_LOCAL, *physical)

    def switch_of(self, physical_network: str | None) -> str:
        """The switch of the first pattern that fits; a network without a name is the empty text.

        :raises InvalidInputError: no pattern fits
        """
        for each in self.mappings:
            if each.fits(physical_network or ""):
                return each.switch
        raise InvalidInputError(
            "No virtual switch is mapped to that physical network.",
            target=physical_network,
            remedy="Add it to physical_network_vswitch_mappings.",
        )


def parse_mappings(entries: Sequence[str], local_switch: str | None = None) -> SwitchMappings:
    """Mappings from ``pattern:switch`` texts; the names of switches may contain colons.

    :raises InvalidInputError: an entry is not like that, or there is no switch at all
    """
    found = SwitchMappings(tuple(map(_parse, entries)), local_switch or None)
    if not found.switches:
        raise InvalidInputError(
            "No virtual switch is mapped to any network.",
            remedy="Set physical_network_vswitch_mappings or local_network_vswitch in the group [AGENT].",
        )
    return found


def _parse(entry: str) -> SwitchMapping:
    pattern, colon, switch = (part.strip() for part in entry.partition(":"))
    if not pattern or not colon or not switch:
        raise InvalidInputError("A mapping is a pattern, a colon and a switch's name.", target=entry)
    return SwitchMapping(pattern, switch)
