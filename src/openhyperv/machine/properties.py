"""Image properties and flavors as clouds hold them: names and texts."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import field, frozen

from openhyperv.machine.violations import BrokenRuleError, Rule


def _texts(given: Mapping[str, str]) -> Mapping[str, str]:
    for name, value in given.items():
        if not isinstance(name, str) or not isinstance(value, str):
            raise BrokenRuleError(
                Rule.PROPERTY_TEXT, str(name), f"Properties are names and texts; {name!r} is {value!r}."
            )
    return MappingProxyType(dict(given))


@frozen
class ImageProperties:
    """The properties of an image, such as ``hw_machine_type`` and ``os_secure_boot``.

    :raises BrokenRuleError: a name or value is no text
    """

    values: Mapping[str, str] = field(factory=dict, converter=_texts)

    def get(self, name: str) -> str | None:
        """The value, or None where the image does not have the property."""
        return self.values.get(name)


@frozen
class Flavor:
    """The size of a machine, and its extra specs such as ``os:secure_boot``.

    :raises BrokenRuleError: the name or value of an extra spec is no text
    """

    vcpus: int
    memory_mb: int
    root_gb: int = 0
    extra_specs: Mapping[str, str] = field(factory=dict, converter=_texts)

    def get(self, name: str) -> str | None:
        """The value of the extra spec, or None where the flavor does not have it."""
        return self.extra_specs.get(name)
