"""Settings of virtual devices and of connections' features: one provider per class."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import instances_of, lookup
from openhyperv.emulator.host.defaults import feature_kinds, resource_kinds
from openhyperv.emulator.host.feature_kind import Applicability
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.providers.finding import feature_at, resource_at
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath


def resource_setting_providers(host: Host) -> Iterator[object]:
    """A provider for each class of device settings, then for each class of port features."""
    for class_name in dict.fromkeys(kind.class_name for kind in resource_kinds(host.profile)):
        yield _resource_provider(host, class_name)
    for kind in feature_kinds(host.profile):
        if kind.applicability is Applicability.PORT:
            yield _feature_provider(host, kind.class_name)


def _resource_provider(host: Host, class_name: str) -> object:
    class ResourceSettings:
        """The settings of one class, of all VMs and snapshots."""

        @instances_of(class_name)
        def all(self) -> Iterator[Instance]:
            """All of them."""
            for configuration in host.systems.configurations():
                for resource in configuration.of_class(class_name):
                    yield host.views.resource(configuration, resource)

        @lookup(class_name)
        def one(self, path: ObjectPath) -> Instance | None:
            """The one of that InstanceID."""
            found = resource_at(host, path)
            return host.views.resource(found[0].configuration, found[1]) if found else None

    return ResourceSettings()


def _feature_provider(host: Host, class_name: str) -> object:
    class FeatureSettings:
        """The features of one class, of all VMs' connections."""

        @instances_of(class_name)
        def all(self) -> Iterator[Instance]:
            """All of them."""
            for configuration in host.systems.configurations():
                for feature in configuration.features():
                    if feature.class_name == class_name:
                        yield host.views.feature(configuration, feature)

        @lookup(class_name)
        def one(self, path: ObjectPath) -> Instance | None:
            """The one of that InstanceID."""
            found = feature_at(host, path)
            return host.views.feature(found[0].configuration, found[1]) if found else None

    return FeatureSettings()
