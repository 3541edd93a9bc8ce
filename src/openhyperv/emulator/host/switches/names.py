"""What virtual machines need to know about virtual switches."""

from __future__ import annotations

from typing import Protocol

from openhyperv.emulator.host.switches.bandwidth import BandwidthMode


class SwitchNames(Protocol):
    """The switches of a host."""

    def name_of(self, guid: str) -> str | None:
        """The ElementName of the switch of that GUID (any case of letters), None where there is none."""
        ...

    def bandwidth_mode_of(self, guid: str) -> BandwidthMode | None:
        """How the switch of that GUID guarantees bandwidth, None where there is none."""
        ...


class NoSwitches:
    """A host on which no switch provider was installed."""

    def name_of(self, guid: str) -> str | None:  # noqa: ARG002  # no switch has any GUID
        """Always None."""
        return None

    def bandwidth_mode_of(self, guid: str) -> BandwidthMode | None:  # noqa: ARG002  # as above
        """Always None."""
        return None
