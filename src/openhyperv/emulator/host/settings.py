"""Settings kept sparsely: values shared by all of a kind, and what one setting says differently."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from attrs import define, field

from openhyperv.emulator.host.machines.resource_kind import ResourceKind
from openhyperv.emulator.host.switches.feature_kind import FeatureKind
from openhyperv.wire.types import Value


@define(eq=False)
class Setting:
    """One setting of a configuration; ``tail`` is its InstanceID without ``Microsoft:OWNER\\``."""

    class_name: str
    tail: str
    defaults: Mapping[str, Value]
    values: dict[str, Value] = field(factory=dict)

    def value(self, name: str) -> Value:
        """The value of a property, spelled as the schema spells it; None where it is NULL."""
        return self.values[name] if name in self.values else self.defaults.get(name)

    def text(self, name: str) -> str:
        """A string value, empty where it is NULL."""
        value = self.value(name)
        return value if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        """An integer value, 0 where it is NULL."""
        value = self.value(name)
        return value if isinstance(value, int) else 0

    def texts(self, name: str) -> list[str]:
        """An array of strings, empty where it is NULL."""
        value = self.value(name)
        return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []

    def update(self, changes: Mapping[str, Value]) -> None:
        """Take over values; those equal to the shared ones are not stored."""
        for name, value in changes.items():
            if name in self.defaults and self.defaults[name] == value:
                self.values.pop(name, None)
            else:
                self.values[name] = value

    def merged(self) -> dict[str, Value]:
        """Shared and own values in one."""
        return {**self.defaults, **self.values}


@define(eq=False)
class Resource(Setting):
    """The setting of a virtual device."""

    kind: ResourceKind = field(kw_only=True)

    def copy(self) -> Self:
        """The same setting, to be changed independently."""
        return type(self)(self.class_name, self.tail, self.defaults, dict(self.values), kind=self.kind)


@define(eq=False)
class Feature(Setting):
    """The setting of a feature of a network connection; its tail begins with the connection's."""

    kind: FeatureKind = field(kw_only=True)

    def copy(self) -> Self:
        """The same setting, to be changed independently."""
        return type(self)(self.class_name, self.tail, self.defaults, dict(self.values), kind=self.kind)
