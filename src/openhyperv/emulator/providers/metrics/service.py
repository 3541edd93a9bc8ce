"""The metric service's own settings and capabilities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from openhyperv.emulator.cimom.provider import (
    Call,
    MethodFailure,
    Result,
    links,
    method,
)
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import setting_path
from openhyperv.emulator.host.incoming import read_setting
from openhyperv.emulator.host.metrics.metering import LONGEST_FLUSH_INTERVAL, SHORTEST_FLUSH_INTERVAL
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.per_class import ClassProvider, fixed_provider
from openhyperv.emulator.providers.services.administered import SettingsOfService, settings_provider
from openhyperv.emulator.providers.services.services import METRIC
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

_SETTINGS = SettingsOfService(
    service=METRIC,
    class_name="Msvm_MetricServiceSettingData",
    caption="Hyper-V Metric Service Settings",
    description="Defines Hyper-V Metric Service Settings",
)
_CAPABILITIES = setting_path("Msvm_MetricServiceCapabilities", "Microsoft:MetricServiceCapabilities")
_SUPPORTED_METHODS = [2, 4, 6]  # UNVERIFIED: that Windows names these; ByClass needs references to classes
"""ControlMetrics, ShowMetrics, GetMetricValues."""


def metric_capabilities_provider() -> ClassProvider:
    """Msvm_MetricServiceCapabilities; what is NULL there means everything."""
    return fixed_provider(_CAPABILITIES.class_name, _capabilities)


def metric_settings_provider(host: Host) -> object:
    """How often meters are written."""
    return settings_provider(host, _SETTINGS, lambda: {"MetricsFlushInterval": host.metering.flush_interval})


class MetricServiceProvider:
    """Changes how often meters are written, and leads from the service to its capabilities."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._service = METRIC.path(host)

    @method(METRIC.class_name, "ModifyServiceSettings")
    def modify(self, call: Call) -> Result:
        """Change how often meters are written: hours, a day at most; less than an hour counts as one."""
        settings = read_setting(call["SettingData"], _SETTINGS.class_name, self._host.schema)
        interval = settings.get("MetricsFlushInterval")
        if isinstance(interval, timedelta):
            if interval > LONGEST_FLUSH_INTERVAL:
                raise MethodFailure(Code.INVALID_PARAMETER, "Meters are written once a day at least.")
            self._host.metering.change_flush_interval(max(interval, SHORTEST_FLUSH_INTERVAL))
        return Result(Code.COMPLETED)

    @links("Msvm_ElementCapabilities")
    def capabilities(self, end: ObjectPath) -> Iterator[Instance]:
        """The service's capabilities."""
        ends = {"ManagedElement": self._service, "Capabilities": _CAPABILITIES}
        return touching(end, [link("Msvm_ElementCapabilities", ends)])


def _capabilities() -> Iterable[Instance]:
    values = {
        "InstanceID": _CAPABILITIES.key("InstanceID"),
        "Caption": "Hyper-V Metric Service Capabilities",
        "Description": "Defines Hyper-V Metric Service Capabilities",
        "ElementName": "Hyper-V Metric Service Capabilities",
        "SupportedMethods": _SUPPORTED_METHODS,
    }
    return [Instance(_CAPABILITIES.class_name, values, path=_CAPABILITIES)]
