"""Settings of virtual devices and of their connections' features: one provider per class."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from openhyperv.emulator.host.defaults import feature_kinds, resource_kinds
from openhyperv.emulator.host.feature_kind import Applicability
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.providers.finding import feature_at, resource_at
from openhyperv.emulator.providers.per_class import ClassProvider, class_provider
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath


def resource_setting_providers(host: Host) -> Iterator[ClassProvider]:
    """A provider for each class of device settings, then for each class of port features."""
    for class_name in dict.fromkeys(kind.class_name for kind in resource_kinds(host.profile)):
        yield class_provider(class_name, partial(_resources, host, class_name), partial(_resource, host))
    for kind in feature_kinds(host.profile):
        if kind.applicability is Applicability.PORT:
            render = partial(_features, host, kind.class_name)
            yield class_provider(kind.class_name, render, partial(_feature, host))


def _resources(host: Host, class_name: str) -> Iterator[Instance]:
    for configuration in host.systems.configurations():
        for resource in configuration.of_class(class_name):
            yield host.views.resource(configuration, resource)


def _resource(host: Host, path: ObjectPath) -> Instance | None:
    found = resource_at(host, path)
    return host.views.resource(found[0].configuration, found[1]) if found else None


def _features(host: Host, class_name: str) -> Iterator[Instance]:
    for configuration in host.systems.configurations():
        for feature in configuration.features():
            if feature.class_name == class_name:
                yield host.views.feature(configuration, feature)


def _feature(host: Host, path: ObjectPath) -> Instance | None:
    found = feature_at(host, path)
    return host.views.feature(found[0].configuration, found[1]) if found else None
