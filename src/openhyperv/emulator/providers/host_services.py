"""Every provider for the host itself: its hardware, services, pools, definitions, switches and images."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.switches.store import SwitchStore
from openhyperv.emulator.host.switches.switch import Switches
from openhyperv.emulator.host.windows.adapters import WindowsAdapters
from openhyperv.emulator.providers.definitions import DefinitionLinkProvider, definition_providers
from openhyperv.emulator.providers.hardware.providers import hardware_providers
from openhyperv.emulator.providers.host_system import HostSystemProvider
from openhyperv.emulator.providers.images.mounting import ImageMountingProvider
from openhyperv.emulator.providers.images.queries import ImageQueryProvider
from openhyperv.emulator.providers.images.resizing import ImageResizingProvider
from openhyperv.emulator.providers.images.service import ImageServiceProvider
from openhyperv.emulator.providers.machines.system_definitions import (
    SystemDefinitionLinkProvider,
    system_definition_provider,
)
from openhyperv.emulator.providers.metrics import metric_providers
from openhyperv.emulator.providers.migration import migration_providers
from openhyperv.emulator.providers.namespaces import namespace_providers
from openhyperv.emulator.providers.numa import NumaProvider
from openhyperv.emulator.providers.pool_links import PoolLinkProvider
from openhyperv.emulator.providers.pools import PoolProvider
from openhyperv.emulator.providers.services.services import ServiceLinkProvider, service_providers
from openhyperv.emulator.providers.services.settings import (
    CapabilityLinkProvider,
    capabilities_providers,
    management_settings_provider,
)
from openhyperv.emulator.providers.standard_cimv2.adapters import NetAdapterProvider
from openhyperv.emulator.providers.standard_cimv2.hardware_info import NetAdapterHardwareProvider
from openhyperv.emulator.providers.standard_cimv2.net_virtualization import net_virtualization_providers
from openhyperv.emulator.providers.switches.adapter_counters import AdapterCounterProvider
from openhyperv.emulator.providers.switches.extensions import SwitchExtensionProvider
from openhyperv.emulator.providers.switches.external_ports import ExternalPortProvider
from openhyperv.emulator.providers.switches.feature_definitions import FeatureLinkProvider, feature_providers
from openhyperv.emulator.providers.switches.feature_service import SwitchFeatureServiceProvider
from openhyperv.emulator.providers.switches.offload import SwitchOffloadProvider
from openhyperv.emulator.providers.switches.ports import SwitchPortProvider
from openhyperv.emulator.providers.switches.service import SwitchServiceProvider
from openhyperv.emulator.providers.switches.switches import (
    SwitchFeatureLinkProvider,
    SwitchProvider,
    switch_feature_providers,
)
from openhyperv.emulator.providers.switches.vlan_endpoints import VlanEndpointProvider
from openhyperv.emulator.providers.windows.clock import WindowsClockProvider
from openhyperv.emulator.providers.windows.drive import WindowsDriveProvider
from openhyperv.emulator.providers.windows.network import WindowsNetworkProvider
from openhyperv.emulator.providers.windows.services import windows_service_providers
from openhyperv.emulator.providers.windows.shutdown import WindowsShutdownProvider
from openhyperv.emulator.providers.windows.system import WindowsProvider


def host_providers(host: Host) -> Iterator[object]:
    """Providers of everything that a host without virtual machines has.

    Reads the kept switches and gives them to the host, so make them before the first VM starts.
    """
    yield from _fixed(host)
    yield from _switches(host)
    yield from _images(host)
    yield from metric_providers(host)
    yield from _windows(host)


def _fixed(host: Host) -> Iterator[object]:
    yield HostSystemProvider(host)
    yield NumaProvider(host)
    yield PoolProvider(host)
    yield PoolLinkProvider(host)
    yield DefinitionLinkProvider(host)
    yield from definition_providers(host)
    yield FeatureLinkProvider(host)
    yield from feature_providers(host)
    yield ServiceLinkProvider(host)
    yield from service_providers(host)
    yield from migration_providers(host)
    yield management_settings_provider(host)
    yield CapabilityLinkProvider(host)
    yield from capabilities_providers()
    yield SystemDefinitionLinkProvider(host)
    yield system_definition_provider(host)


def _switches(host: Host) -> Iterator[object]:
    switches = Switches(SwitchStore(host.data / "switches", host.profile, host.templates), host.wiring)
    host.switches = switches
    yield ExternalPortProvider(host, switches)
    yield SwitchProvider(host, switches)
    yield SwitchFeatureLinkProvider(host, switches)
    yield from switch_feature_providers(host, switches)
    yield SwitchPortProvider(host, switches)
    yield VlanEndpointProvider(host, switches)
    yield SwitchOffloadProvider(host, switches)
    yield SwitchExtensionProvider(host, switches)
    yield AdapterCounterProvider(host)
    yield SwitchServiceProvider(host, switches)
    yield SwitchFeatureServiceProvider(host, switches)
    adapters = WindowsAdapters(host, switches)
    yield WindowsNetworkProvider(host, adapters)
    yield NetAdapterProvider(host, adapters)
    yield NetAdapterHardwareProvider(host, adapters)
    yield from net_virtualization_providers(host)


def _images(host: Host) -> Iterator[object]:
    yield ImageQueryProvider(host)
    yield ImageResizingProvider(host)
    yield ImageServiceProvider(host)
    yield ImageMountingProvider(host)


def _windows(host: Host) -> Iterator[object]:
    yield WindowsProvider(host)
    yield WindowsClockProvider()
    yield WindowsDriveProvider(host)
    yield WindowsShutdownProvider(host)
    yield from windows_service_providers(host)
    yield from namespace_providers(host.schema.namespaces)
    yield from hardware_providers(host)
