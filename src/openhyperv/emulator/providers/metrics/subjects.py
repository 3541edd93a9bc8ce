"""What metrics are kept for: settings of devices, rules of ports, virtual machines and resource pools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import settings_id, split_id
from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.metrics.metric import Definition, Source
from openhyperv.emulator.host.metrics.parts import Part, parts_of_setting, parts_of_system
from openhyperv.emulator.host.settings import Feature, Resource
from openhyperv.emulator.providers.machines.finding import feature_at, resource_at, system_at
from openhyperv.wire.path import ObjectPath

_POOLED = (
    (resources.PROCESSOR, {Source.PROCESSOR}),
    (resources.MEMORY, {Source.MEMORY}),
    (resources.HARD_DISK, {Source.DISK}),
    (resources.ETHERNET_CONNECTION, {Source.INCOMING, Source.OUTGOING}),
)
_POOLS: Mapping[ObjectPath, tuple[str, set[Source]]] = {
    kind.pool.path: (kind.name, sources) for kind, sources in _POOLED if kind.pool
}
"""The name of each pool that metered devices are from, and what is metered of it."""


@frozen(eq=False)
class Subject:
    """One thing whose use can be metered, with the parts that it is metered in.

    ``id`` is what its values are named after. A connection ``has_values`` only through its rules.
    """

    path: ObjectPath
    id: str
    name: str
    parts: Sequence[Part]
    is_aggregate: bool = False
    has_values: bool = True

    def definitions(self) -> list[Definition]:
        """What can be metered of it, each once."""
        metrics = dict.fromkeys(part.metric for part in self.parts)
        return [metric.definition(is_aggregate=self.is_aggregate) for metric in metrics]

    def parts_of(self, definition: Definition) -> list[Part]:
        """The parts that a definition is about."""
        if definition.is_aggregate is not self.is_aggregate:
            return []
        return [part for part in self.parts if part.metric is definition.metric]


class Subjects:
    """Finds subjects by path or by id, and lists them."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def at(self, path: ObjectPath) -> Subject | None:
        """The subject that a path names."""
        if system := system_at(self._host, path):
            return self._system(system)
        found = resource_at(self._host, path) or feature_at(self._host, path)
        if found is not None:
            place, setting = found
            return None if place.is_snapshot else self._setting(place.system, setting)
        return self._pool(path) if path in _POOLS else None

    def named(self, subject_id: str) -> Subject | None:
        """The subject of that id."""
        _, tail = split_id(subject_id) or ("", "")
        place = self._host.systems.locate(subject_id)
        if place is None:
            found = (path for path in _POOLS if path.key("InstanceID") == subject_id)
            return next((self._pool(path) for path in found), None)
        if place.is_snapshot or not tail:
            return None if place.is_snapshot else self._system(place.system)
        setting = place.resource or place.feature
        return self._setting(place.system, setting) if setting else None

    def all(self) -> Iterator[Subject]:
        """Everything of which something can be metered."""
        for system in self._host.systems:
            yield self._system(system)
            yield from self.settings_of(system)
        yield from self.pools()

    def settings_of(self, system: VirtualSystem) -> Iterator[Subject]:
        """The settings of a VM of which something can be metered."""
        configuration = system.configuration
        settings: list[Resource | Feature] = [*configuration.resources(), *configuration.features()]
        subjects = (self._setting(system, setting) for setting in settings)
        return (subject for subject in subjects if subject.parts)

    def pools(self) -> Iterator[Subject]:
        """The resource pools that metered devices are from."""
        return map(self._pool, _POOLS)

    def _system(self, system: VirtualSystem) -> Subject:
        parts = list(parts_of_system(system, self._host.profile))
        return Subject(system.path, settings_id(system.guid), system.name, parts, is_aggregate=True)

    def _setting(self, system: VirtualSystem, setting: Resource | Feature) -> Subject:
        configuration = system.configuration
        is_connection = isinstance(setting, Resource) and setting.kind is resources.ETHERNET_CONNECTION
        return Subject(
            self._host.views.path(configuration, setting),
            configuration.id_of(setting),
            setting.text("ElementName"),
            list(parts_of_setting(system, setting, self._host.profile)),
            has_values=not is_connection,
        )

    def _pool(self, path: ObjectPath) -> Subject:
        name, sources = _POOLS[path]
        every = (p for s in self._host.systems for p in parts_of_system(s, self._host.profile))
        parts = [part for part in every if part.metric.source in sources]
        return Subject(path, str(path.key("InstanceID")), name, parts, is_aggregate=True)
