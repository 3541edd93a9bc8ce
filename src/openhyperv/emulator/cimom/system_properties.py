"""WMI's system properties, which every object has (Microsoft, "WMI System Properties")."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import CimType, ClassLookup, Value

INSTANCE_GENUS = 2


@frozen
class SystemProperty:
    """A system property: its type, and how to read it from an instance."""

    name: str
    kind: CimType
    read: Callable[[Instance], Value]


class SystemProperties:
    """The system properties of a server's objects, by name in any case of letters."""

    def __init__(self, schema: ClassLookup, server: str) -> None:
        self._schema = schema
        self._server = server
        every = (
            # References, so that paths compare as objects however they are written.
            SystemProperty("__PATH", CimType.REFERENCE, self._path),
            SystemProperty("__RELPATH", CimType.REFERENCE, lambda instance: instance.path),
            SystemProperty("__CLASS", CimType.STRING, lambda instance: instance.class_name),
            SystemProperty("__SUPERCLASS", CimType.STRING, self._superclass),
            SystemProperty("__DYNASTY", CimType.STRING, self._dynasty),
            SystemProperty("__SERVER", CimType.STRING, lambda _: server),
            SystemProperty("__NAMESPACE", CimType.STRING, _namespace),
            SystemProperty("__GENUS", CimType.SINT32, lambda _: INSTANCE_GENUS),
        )
        self._by_name = {each.name.lower(): each for each in every}

    def find(self, name: str) -> SystemProperty | None:
        """The property of that name."""
        return self._by_name.get(name.lower())

    def _path(self, instance: Instance) -> ObjectPath | None:
        return None if instance.path is None else instance.path.on(self._server)

    def _superclass(self, instance: Instance) -> str | None:
        ancestry = self._ancestry(instance)
        return ancestry[1] if len(ancestry) > 1 else None

    def _dynasty(self, instance: Instance) -> str:
        return self._ancestry(instance)[-1]

    def _ancestry(self, instance: Instance) -> tuple[str, ...]:
        decl = self._schema.find(instance.namespace, instance.class_name)
        return decl.ancestry if decl else (instance.class_name,)


def _namespace(instance: Instance) -> str:
    return instance.namespace.replace("/", "\\")
