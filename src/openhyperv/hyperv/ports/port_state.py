"""A port as it is now, read from the settings that Hyper-V keeps of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from openhyperv.hyperv.ports.rule_features import RULE, read_rule
from openhyperv.hyperv.ports.whole_port import read_port
from openhyperv.machine.port import PortSettings
from openhyperv.machine.port_weights import DEFAULTS
from openhyperv.wire.instance import Instance


@frozen(kw_only=True)
class PortState:
    """The port of an adapter, which ``key`` names; ``switch_guid`` is None where it is not plugged in.

    ``settings.rules`` are None where nothing is filtered. What passes beside them is denied if
    ``denies_rest``; ``other_rules`` are so many that no rule here is like, whoever made them.
    """

    key: str
    switch_guid: str | None
    settings: PortSettings
    other_rules: int = 0
    denies_rest: bool = False


def port_state(key: str, switch_guid: str | None, present: Sequence[Instance]) -> PortState:
    """What the port with these settings is."""
    filters = [read_rule(each) for each in present if each.class_name == RULE]
    rules = tuple(rule for rule in filters if rule is not None and rule not in DEFAULTS)
    return PortState(
        key=key,
        switch_guid=switch_guid,
        settings=evolve(read_port(present), rules=rules if filters else None),
        other_rules=filters.count(None),
        denies_rest=all(rule in filters for rule in DEFAULTS),
    )
