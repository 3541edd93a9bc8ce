"""Settings of virtual devices and of their connections' features: one provider per class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from openhyperv.emulator.cimom.provider import instances_beginning, instances_of, lookup
from openhyperv.emulator.host.defaults import feature_kinds, resource_kinds
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.switches.feature_kind import Applicability
from openhyperv.emulator.providers.machines.finding import feature_at, resource_at
from openhyperv.emulator.providers.per_class import ClassProvider, Find
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath


def resource_setting_providers(host: Host) -> Iterator[ClassProvider]:
    """A provider for each class of device settings, then for each class of port features."""
    for class_name in dict.fromkeys(kind.class_name for kind in resource_kinds(host.profile)):
        yield setting_provider(class_name, partial(_resources, host, class_name), partial(_resource, host))
    for kind in feature_kinds(host.profile):
        if kind.applicability is Applicability.PORT:
            render = partial(_features, host, kind.class_name)
            yield setting_provider(kind.class_name, render, partial(_feature, host))


def setting_provider(
    class_name: str, render: Callable[[str], Iterable[Instance]], find: Find
) -> ClassProvider:
    """A provider of a class of settings; ``render`` takes what their InstanceID begins with."""

    class SettingsOfOneClass:
        """Answers for the settings of one class."""

        @instances_of(class_name, is_announced=True)
        def all(self) -> Iterable[Instance]:
            """Those of every VM and every snapshot."""
            return render("")

        @instances_beginning(class_name)
        def beginning(self, prefix: str) -> Iterable[Instance]:
            """Those of one VM or snapshot, where its name is in the prefix."""
            return render(prefix)

        @lookup(class_name)
        def one(self, path: ObjectPath) -> Instance | None:
            """The one of that path."""
            return find(path)

    return SettingsOfOneClass()


def _configurations(host: Host, prefix: str) -> Iterable[Configuration]:
    """The one whose InstanceIDs begin so, or all where the text does not name one."""
    place = host.systems.locate(prefix)
    return (place.configuration,) if place else host.systems.configurations()


def _resources(host: Host, class_name: str, prefix: str) -> Iterator[Instance]:
    for configuration in _configurations(host, prefix):
        for resource in configuration.of_class(class_name):
            yield host.views.resource(configuration, resource)


def _resource(host: Host, path: ObjectPath) -> Instance | None:
    found = resource_at(host, path)
    return host.views.resource(found[0].configuration, found[1]) if found else None


def _features(host: Host, class_name: str, prefix: str) -> Iterator[Instance]:
    for configuration in _configurations(host, prefix):
        for feature in configuration.features():
            if feature.class_name == class_name:
                yield host.views.feature(configuration, feature)


def _feature(host: Host, path: ObjectPath) -> Instance | None:
    found = feature_at(host, path)
    return host.views.feature(found[0].configuration, found[1]) if found else None
