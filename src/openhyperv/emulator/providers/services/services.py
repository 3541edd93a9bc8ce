"""The services of the host that are implemented here, and their settings and capabilities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from attrs import frozen

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import links
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import service_path, system_path
from openhyperv.emulator.providers.elements import ENABLED, HEALTHY
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.per_class import ClassProvider, fixed_provider
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_NOT_APPLICABLE = 5
"""CIM_EnabledLogicalElement.EnabledState of services that cannot be disabled."""


@frozen
class Service:
    """One service: its class, the key that clients may rely on, and how it calls itself."""

    class_name: str
    name: str
    caption: str
    description: str
    element_name: str
    enabled_state: int = 2
    since: Release = Release.WS2012
    is_constant: bool = True
    """False for one whose instance tells more than that it is there, and has a provider of its own."""

    def path(self, host: Host) -> ObjectPath:
        """The service on a host."""
        return service_path(self.class_name, self.name, host.name)


SYSTEM_MANAGEMENT = Service(
    class_name="Msvm_VirtualSystemManagementService",
    name="vmms",
    caption="Virtual System Management Service",
    description="Service for creating, manipulating, and managing virtual machines",
    element_name="Hyper-V Virtual System Management Service",
)
SNAPSHOT = Service(
    class_name="Msvm_VirtualSystemSnapshotService",
    name="vssnapsvc",
    caption="Hyper-V Virtual System Snapshot Service",
    description="Service for creating, destroying, and applying virtual machine snapshots",
    element_name="Hyper-V Virtual System Snapshot Service",
)
IMAGE_MANAGEMENT = Service(
    class_name="Msvm_ImageManagementService",
    name="vhdsvc",
    caption="Hyper-V Image Management Service",
    description="Provides Image Management servicing for Hyper-V",
    element_name="Hyper-V Image Management Service",
)
SWITCH_MANAGEMENT = Service(
    class_name="Msvm_VirtualEthernetSwitchManagementService",
    name="nvspwmi",
    caption="Virtual Networking Management Service",
    description="Provides Hyper-V Networking WMI management",
    element_name="Hyper-V Networking Management Service",
    enabled_state=_NOT_APPLICABLE,
)
METRIC = Service(
    class_name="Msvm_MetricService",
    name="metricsvc",
    caption="Hyper-V Metric Service",
    description="Provides Hyper-V Metric WMI management",
    element_name="Hyper-V Metric Service",
)
SECURITY = Service(
    class_name="Msvm_SecurityService",
    name="securitysvc",  # UNVERIFIED: the Name of the security service
    caption="Hyper-V Security Service",
    description="Service for managing the security settings of virtual machines",
    element_name="Hyper-V Security Service",
    enabled_state=_NOT_APPLICABLE,
    since=Release.WS2016,
)

ASSIGNABLE_DEVICES = Service(
    class_name="Msvm_AssignableDeviceService",
    name="assigndevsvc",  # UNVERIFIED: the Name of the assignable device service
    caption="Hyper-V Assignable Device Service",
    description="Service for managing the devices that virtual machines can be given",
    element_name="Hyper-V Assignable Device Service",
    enabled_state=_NOT_APPLICABLE,
    since=Release.WS2016,
)

TERMINAL = Service(
    class_name="Msvm_TerminalService",
    name="termsvc",
    caption="Hyper-V Terminal Service",
    description="Microsoft Virtual Terminal Service",
    element_name="Hyper-V Terminal Service",
)

MIGRATION = Service(
    class_name="Msvm_VirtualSystemMigrationService",
    name="migrationwmi",
    caption="Hyper-V Migration Service",
    description="Hyper-V Migration Service",
    element_name="Hyper-V Migration Service",
    is_constant=False,
)

SERVICES: Sequence[Service] = (
    SYSTEM_MANAGEMENT,
    SNAPSHOT,
    IMAGE_MANAGEMENT,
    SWITCH_MANAGEMENT,
    METRIC,
    SECURITY,
    ASSIGNABLE_DEVICES,
    TERMINAL,
    MIGRATION,
)


def services_of(host: Host) -> Iterator[Service]:
    """The services that the host's release has."""
    return (service for service in SERVICES if host.profile.has(service.since))


def service_providers(host: Host) -> Iterator[ClassProvider]:
    """A provider for each service's instance that does not change."""
    for service in services_of(host):
        if service.is_constant:
            yield fixed_provider(service.class_name, partial(_instances, host, service))


class ServiceLinkProvider:
    """From the host to its services."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @links("Msvm_HostedService")
    def hosted(self, end: ObjectPath) -> Iterator[Instance]:
        """Touching the host or a service."""
        system = system_path(self._host.name)
        ends = ({"Antecedent": system, "Dependent": s.path(self._host)} for s in services_of(self._host))
        return touching(end, (link("Msvm_HostedService", both) for both in ends))


def _instances(host: Host, service: Service) -> Iterable[Instance]:
    return [Instance(service.class_name, service_values(host, service), path=service.path(host))]


def service_values(host: Host, service: Service) -> dict[str, Value]:
    """What every service tells of itself."""
    return {
        **HEALTHY,
        **ENABLED,
        **service.path(host).keys,
        "Caption": service.caption,
        "Description": service.description,
        "ElementName": service.element_name,
        "EnabledState": service.enabled_state,
        "Started": True,
    }
