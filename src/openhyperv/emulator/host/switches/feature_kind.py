"""What makes a kind of switch or port feature: its GUID, its setting class and the rules of its values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import TypeAlias

from attrs import frozen

from openhyperv.cim.release import Release
from openhyperv.emulator.host.identities import new_guid
from openhyperv.wire.types import Value

Values: TypeAlias = Mapping[str, Value]


class BadFeature(ValueError):  # noqa: N818  # read as a noun where it is caught
    """Values that the switch would not take; methods answer with 32773."""


class Applicability(IntEnum):
    """Msvm_EthernetSwitchFeatureCapabilities.Applicability."""

    PORT = 1
    SWITCH = 2


def _accept(values: Values) -> None:
    """For features whose bounds say everything."""


@frozen
class FeatureKind:
    """One kind of feature.

    ``bounds`` names the lowest and highest value of integer properties, ``rule`` checks what bounds cannot
    say, ``unique`` names properties that two features of one port may not share all values of.
    """

    guid: str
    class_name: str
    caption: str
    applicability: Applicability = Applicability.PORT
    is_multiple: bool = False
    values: Mapping[str, Value] = {}
    bounds: Mapping[str, tuple[int, int]] = {}
    rule: Callable[[Values], None] = _accept
    unique: Sequence[str] = ()
    since: Release = Release.WS2012
    until: Release = Release.WS2025

    def exists_in(self, release: Release) -> bool:
        """True where that release of Windows has this feature."""
        return self.since <= release <= self.until

    def new_tail(self, place: str) -> str:
        """The tail of a feature's InstanceID: ``place`` is the port's tail, empty for the switch itself."""
        single = f"{place}\\{self.guid}" if place else self.guid
        return f"{single}\\{new_guid()}" if self.is_multiple else single

    def place_of(self, tail: str) -> str:
        """The port's tail in that of a feature of this kind; the reverse of :meth:`new_tail`."""
        single = tail.rpartition("\\")[0] if self.is_multiple else tail
        return single.rpartition("\\")[0]

    def check(self, values: Values, others: Sequence[Values] = ()) -> None:
        """Refuse values that the switch would not take; ``others`` are the port's features of this kind.

        :raises BadFeature: out of bounds, contradictory, or one feature too many
        """
        for name, (low, high) in self.bounds.items():
            value = values.get(name)
            if value is not None and not (isinstance(value, int) and low <= value <= high):
                raise BadFeature(f"{name} must be {low} to {high}, not {value}.")
        self.rule(values)
        self._check_others(values, others)

    def _check_others(self, values: Values, others: Sequence[Values]) -> None:
        if others and not self.is_multiple:
            raise BadFeature(f"The port has a {self.class_name} already.")
        mine = [values.get(name) for name in self.unique]
        if self.unique and any(mine == [other.get(name) for name in self.unique] for other in others):
            raise BadFeature(f"Another {self.class_name} has the same {' and '.join(self.unique)}.")
