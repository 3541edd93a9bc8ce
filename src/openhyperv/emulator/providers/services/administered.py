"""Services whose settings the administrator changes: the one object of settings, and what leads to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import frozen

from openhyperv.emulator.cimom.provider import instances_of, links, lookup
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import setting_path
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.services.services import Service
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_ELEMENT_SETTINGS = "Msvm_ElementSettingData"
_FLAGS = {"IsCurrent": 1, "IsDefault": 1, "IsNext": 0}


@frozen
class SettingsOfService:
    """The settings of one service: their class, and what they say of themselves."""

    service: Service
    class_name: str
    caption: str
    description: str

    def path(self, host: Host) -> ObjectPath:
        """The settings on a host."""
        return setting_path(self.class_name, f"Microsoft:{host.name}")

    def instance(self, host: Host, values: Mapping[str, Value]) -> Instance:
        """The object, with what the administrator has set."""
        path = self.path(host)
        known: dict[str, Value] = {
            "InstanceID": path.key("InstanceID"),
            "Caption": self.caption,
            "Description": self.description,
            "ElementName": self.caption,
        }
        return Instance(self.class_name, known | dict(values), path=path)


def settings_provider(
    host: Host, kind: SettingsOfService, values: Callable[[], Mapping[str, Value]]
) -> object:
    """A provider of a service's settings, with the values of the moment, and of the way to them."""
    path = kind.path(host)
    ends = {"ManagedElement": kind.service.path(host), "SettingData": path}

    class OfOneService:
        """Answers for the settings of one service."""

        @instances_of(kind.class_name)
        def all(self) -> Iterator[Instance]:
            """The one object there is."""
            yield kind.instance(host, values())

        @lookup(kind.class_name)
        def one(self, asked: ObjectPath) -> Instance | None:
            """It, if it is meant."""
            return kind.instance(host, values()) if asked == path else None

        @links(_ELEMENT_SETTINGS)
        def element_settings(self, end: ObjectPath) -> Iterator[Instance]:
            """Between the service and its settings."""
            return touching(end, [link(_ELEMENT_SETTINGS, ends, _FLAGS)])

    return OfOneService()


def shown(settings: object, fields: Mapping[str, str]) -> dict[str, Value]:
    """Properties from the attributes that keep them."""
    return {name: getattr(settings, attribute) for name, attribute in fields.items()}


def take_over(settings: object, fields: Mapping[str, str], given: Instance) -> None:
    """Set the attributes of those properties that a client gave a value."""
    for name, attribute in fields.items():
        if given.get(name) is not None:
            setattr(settings, attribute, given[name])
