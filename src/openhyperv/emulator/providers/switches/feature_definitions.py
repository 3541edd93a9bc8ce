"""What the host's virtual switches can do: feature capabilities and the default setting of each feature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from openhyperv.emulator.cimom.provider import links
from openhyperv.emulator.host.defaults import default_feature, feature_kinds
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import setting_path
from openhyperv.emulator.host.machines.resource_kind import Point
from openhyperv.emulator.host.switches.feature_kind import FeatureKind
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.per_class import ClassProvider, fixed_provider
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

_CAPABILITIES = "Msvm_EthernetSwitchFeatureCapabilities"


def feature_providers(host: Host) -> Iterator[ClassProvider]:
    """Providers of the capabilities and of the default setting of each feature."""
    yield fixed_provider(_CAPABILITIES, partial(_all_capabilities, host))
    for kind in feature_kinds(host.profile):
        yield fixed_provider(kind.class_name, partial(_definition, host, kind))


class FeatureLinkProvider:
    """From each feature's capabilities to its default setting."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @links("Msvm_FeatureSettingsDefineCapabilities")
    def defined(self, end: ObjectPath) -> Iterator[Instance]:
        """Touching capabilities or a default setting."""
        return touching(end, map(_link, feature_kinds(self._host.profile)))


def capabilities_path(kind: FeatureKind) -> ObjectPath:
    """The capabilities of a feature."""
    # UNVERIFIED: the form of this InstanceID
    return setting_path(_CAPABILITIES, f"Microsoft:{kind.guid}")


def definition_path(kind: FeatureKind) -> ObjectPath:
    """The default setting of a feature."""
    return setting_path(kind.class_name, f"Microsoft:Definition\\{kind.guid}\\{Point.DEFAULT}")


def _all_capabilities(host: Host) -> Iterable[Instance]:
    return map(_capabilities, feature_kinds(host.profile))


def _capabilities(kind: FeatureKind) -> Instance:
    path = capabilities_path(kind)
    return Instance(
        _CAPABILITIES,
        {
            "InstanceID": path.key("InstanceID"),
            "Caption": "Ethernet Switch Feature Capabilities",
            "Description": "Microsoft Virtual Ethernet Switch Feature Capabilities",
            "ElementName": kind.caption,
            "Applicability": int(kind.applicability),
            "FeatureId": kind.guid,
            "Version": "1.0",  # UNVERIFIED: the version that features of Microsoft's own switch show
        },
        path=path,
    )


def _definition(host: Host, kind: FeatureKind) -> Iterable[Instance]:
    path = definition_path(kind)
    values = {"InstanceID": path.key("InstanceID"), **default_feature(kind, host.profile)}
    return [Instance(kind.class_name, values, path=path)]


def _link(kind: FeatureKind) -> Instance:
    ends = {"GroupComponent": capabilities_path(kind), "PartComponent": definition_path(kind)}
    role = {"ValueRole": 0, "ValueRange": 0}
    return link("Msvm_FeatureSettingsDefineCapabilities", ends, {"PropertyPolicy": 0}, more_keys=role)
