"""What has to change at a port: from the settings that it has, and its specification. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from openhyperv.hyperv.ports.features import VLAN
from openhyperv.hyperv.ports.overlay_features import ISOLATION
from openhyperv.hyperv.ports.rule_features import RULE, canonical, read_rule, rule_settings
from openhyperv.hyperv.ports.whole_port import DEFAULTS as SETTING_DEFAULTS
from openhyperv.hyperv.ports.whole_port import wanted_settings
from openhyperv.hyperv.values import entries, number, text
from openhyperv.machine.port import Action, Direction, PortRule, PortSettings
from openhyperv.machine.port_weights import DEFAULTS, Place, weigh
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value


@frozen
class FeatureChanges:
    """Settings that go, by class and InstanceID, that change, and that come.

    ``opening`` are those whose going lets more traffic through: they go last where the port is in use.
    """

    closing: tuple[Instance, ...] = ()
    opening: tuple[Instance, ...] = ()
    modified: tuple[Instance, ...] = ()
    added: tuple[Instance, ...] = ()

    @property
    def calls(self) -> int:
        """How many calls it takes to send them."""
        return sum(1 for each in (self.closing, self.opening, self.modified, self.added) if each)

    @property
    def moves_network(self) -> bool:
        """True where the port comes to be in other VLANs or isolated networks."""
        return any(setting.class_name in (VLAN, ISOLATION) for setting in (*self.modified, *self.added))

    def onto(self, present: Sequence[Instance]) -> FeatureChanges:
        """The same for a port that has these settings by now: those of a kind that it has are changed."""
        ids = {each.class_name: text(each, "InstanceID") for each in present}
        return FeatureChanges(
            closing=self.closing,
            opening=self.opening,
            modified=self.modified
            + tuple(
                each.with_values({"InstanceID": ids[each.class_name]})
                for each in self.added
                if each.class_name in ids
            ),
            added=tuple(each for each in self.added if each.class_name not in ids),
        )


def feature_changes(present: Sequence[Instance], wanted: PortSettings) -> FeatureChanges:
    """What makes a port with the present settings one that is as wanted.

    Settings of other kinds, such as those that count traffic, are left alone.
    """
    rules = _rule_changes([each for each in present if each.class_name == RULE], wanted.rules)
    return _together([setting_changes(present, list(wanted_settings(wanted))), rules])


def setting_changes(present: Sequence[Instance], wanted: Sequence[Instance]) -> FeatureChanges:
    """What gives a port those settings, each of a kind that it has at most one of; rules stay."""
    return _together([_single(present, each, SETTING_DEFAULTS[each.class_name]) for each in wanted])


def _together(parts: Sequence[FeatureChanges]) -> FeatureChanges:
    return FeatureChanges(
        closing=tuple(each for part in parts for each in part.closing),
        opening=tuple(each for part in parts for each in part.opening),
        modified=tuple(each for part in parts for each in part.modified),
        added=tuple(each for part in parts for each in part.added),
    )


def _single(present: Sequence[Instance], wanted: Instance, default: Instance) -> FeatureChanges:
    """Changes of a setting that a port has at most one of; without it, it is as by default."""
    found = next((each for each in present if each.class_name == wanted.class_name), None)
    if found is None:
        return (
            FeatureChanges()
            if _is_default(wanted, default)
            else FeatureChanges(added=(default.with_values(wanted),))
        )
    if _shows(found, wanted):
        return FeatureChanges()
    return FeatureChanges(modified=(wanted.with_values({"InstanceID": text(found, "InstanceID")}),))


def _shows(found: Instance, wanted: Instance) -> bool:
    """True where everything wanted is found."""
    return all(_comparable(found.get(name)) == _comparable(value) for name, value in wanted.items())


def _is_default(wanted: Instance, default: Instance) -> bool:
    """True where everything wanted is known to be so without asking for it."""
    return all(name in default for name in wanted) and _shows(default, wanted)


def _comparable(value: Value) -> object:
    return sorted(map(str, entries(value))) if isinstance(value, list | tuple) else value or 0


def _rule_changes(present: Sequence[Instance], rules: tuple[PortRule, ...] | None) -> FeatureChanges:
    wanted = {} if rules is None else dict.fromkeys((*map(canonical, rules), *DEFAULTS))
    kept: dict[PortRule, Instance] = {}
    stale: list[Instance] = []
    for setting in present:
        rule = read_rule(setting)
        if rule in wanted and rule is not None and rule not in kept:
            kept[rule] = setting
        else:
            stale.append(setting)
    weights = weigh({rule: _weight(kept.get(rule)) for rule in wanted}, list(_places(stale)))
    moved = [rule for rule, setting in kept.items() if _weight(setting) != weights[rule]]
    stale += [kept.pop(rule) for rule in moved]
    return FeatureChanges(
        closing=tuple(each for each in stale if number(each, "Action") == Action.ALLOW),
        opening=tuple(each for each in stale if number(each, "Action") != Action.ALLOW),
        added=tuple(rule_settings(rule, weights[rule]) for rule in weights if rule not in kept),
    )


def _weight(setting: Instance | None) -> int | None:
    return None if setting is None else number(setting, "Weight")


def _places(settings: Sequence[Instance]) -> Iterator[Place]:
    for setting in settings:
        if number(setting, "Direction") in tuple(Direction):
            yield Direction(number(setting, "Direction")), number(setting, "Weight")
