"""Which rule beats which: the weights of a port's rules, the heavier winning.

No two rules of a port and direction may weigh the same. Each kind of rule has a band of weights of its own,
so that a rule can come and go without any other being touched:

    40,001 to 60,000   rules that deny
    20,001 to 40,000   rules that allow, and remember sessions
     1,001 to 20,000   rules that allow
         1 to  1,000   what denies everything else
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import TypeAlias

from openhyperv.machine.port import Action, Direction, PortRule

Place: TypeAlias = tuple[Direction, int]
"""A direction and a weight; at most one rule of a port is there."""

BAND_SIZE = 19_000
_DENIES = range(40_001, 40_001 + BAND_SIZE)
_REMEMBERS = range(20_001, 20_001 + BAND_SIZE)
_ALLOWS = range(1_001, 1_001 + BAND_SIZE)
_LAST = range(1, 1_001)

DEFAULTS: Collection[PortRule] = frozenset(
    PortRule(direction, Action.DENY, remote=network)
    for direction in Direction
    for network in (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))
)
"""What denies every protocol of both families, lighter than everything else."""


def weigh(rules: Mapping[PortRule, int | None], occupied: Collection[Place] = ()) -> dict[PortRule, int]:
    """Weights for a port's rules; ``rules`` tells what each has weighed so far, None for a new one.

    A rule keeps its weight where that is in its band. ``occupied`` are places of rules that are still there
    but shall go.

    :raises OverflowError: more rules of one kind and direction than their band has room for
    """
    kept = {rule: weight for rule, weight in rules.items() if weight is not None and weight in band_of(rule)}
    taken = {(rule.direction, weight) for rule, weight in rules.items()}.union(occupied)
    free = {(band, way): _free(band, way, taken) for band in _BANDS for way in Direction}
    return {rule: kept.get(rule) or _next(free[band_of(rule), rule.direction]) for rule in rules}


_BANDS = (_DENIES, _REMEMBERS, _ALLOWS, _LAST)


def band_of(rule: PortRule) -> range:
    """The weights that a rule may have."""
    if rule in DEFAULTS:
        return _LAST
    if rule.action is Action.DENY:
        return _DENIES
    return _REMEMBERS if rule.stateful else _ALLOWS


def _free(
    band: range, direction: Direction, taken: Collection[tuple[Direction, int | None]]
) -> Iterator[int]:
    return (weight for weight in band if (direction, weight) not in taken)


def _next(weights: Iterator[int]) -> int:
    weight = next(weights, None)
    if weight is None:
        raise OverflowError("no weight is left")
    return weight
