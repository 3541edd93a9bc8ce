"""The metric service's own settings and capabilities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta

from openhyperv.emulator.cimom.provider import (
    Call,
    MethodFailure,
    Result,
    instances_of,
    links,
    lookup,
    method,
)
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import setting_path
from openhyperv.emulator.host.incoming import read_setting
from openhyperv.emulator.host.metrics.metering import LONGEST_FLUSH_INTERVAL, SHORTEST_FLUSH_INTERVAL
from openhyperv.emulator.providers.links import link, touching
from openhyperv.emulator.providers.per_class import ClassProvider, fixed_provider
from openhyperv.emulator.providers.services import METRIC
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

_SETTINGS = "Msvm_MetricServiceSettingData"
_CAPABILITIES = setting_path("Msvm_MetricServiceCapabilities", "Microsoft:MetricServiceCapabilities")
_SUPPORTED_METHODS = [2, 4, 6]  # UNVERIFIED: that Windows names these; ByClass needs references to classes
"""ControlMetrics, ShowMetrics, GetMetricValues."""


def metric_capabilities_provider() -> ClassProvider:
    """Msvm_MetricServiceCapabilities; what is NULL there means everything."""
    return fixed_provider(_CAPABILITIES.class_name, _capabilities)


class MetricServiceProvider:
    """How often meters are written, and what leads from the service to its settings and capabilities."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._service = METRIC.path(host)
        self._path = setting_path(_SETTINGS, f"Microsoft:{host.name}")

    @instances_of(_SETTINGS)
    def all(self) -> Iterator[Instance]:
        """The one there is."""
        yield self._instance()

    @lookup(_SETTINGS)
    def one(self, path: ObjectPath) -> Instance | None:
        """It, if it is meant."""
        return self._instance() if path == self._path else None

    @method(METRIC.class_name, "ModifyServiceSettings")
    def modify(self, call: Call) -> Result:
        """Change how often meters are written: hours, a day at most; less than an hour counts as one."""
        settings = read_setting(call["SettingData"], _SETTINGS, self._host.schema)
        interval = settings.get("MetricsFlushInterval")
        if isinstance(interval, timedelta):
            if interval > LONGEST_FLUSH_INTERVAL:
                raise MethodFailure(Code.INVALID_PARAMETER, "Meters are written once a day at least.")
            self._host.metering.change_flush_interval(max(interval, SHORTEST_FLUSH_INTERVAL))
        return Result(Code.COMPLETED)

    @links("Msvm_ElementSettingData")
    def settings(self, end: ObjectPath) -> Iterator[Instance]:
        """The service's settings."""
        ends = {"ManagedElement": self._service, "SettingData": self._path}
        values = {"IsCurrent": 1, "IsDefault": 1, "IsNext": 0}
        return touching(end, [link("Msvm_ElementSettingData", ends, values)])

    @links("Msvm_ElementCapabilities")
    def capabilities(self, end: ObjectPath) -> Iterator[Instance]:
        """The service's capabilities."""
        ends = {"ManagedElement": self._service, "Capabilities": _CAPABILITIES}
        return touching(end, [link("Msvm_ElementCapabilities", ends)])

    def _instance(self) -> Instance:
        values = {
            "InstanceID": self._path.key("InstanceID"),
            "Caption": "Hyper-V Metric Service Settings",
            "Description": "Defines Hyper-V Metric Service Settings",
            "ElementName": "Hyper-V Metric Service Settings",
            "MetricsFlushInterval": self._host.metering.flush_interval,
        }
        return Instance(_SETTINGS, values, path=self._path)


def _capabilities() -> Iterable[Instance]:
    values = {
        "InstanceID": _CAPABILITIES.key("InstanceID"),
        "Caption": "Hyper-V Metric Service Capabilities",
        "Description": "Defines Hyper-V Metric Service Capabilities",
        "ElementName": "Hyper-V Metric Service Capabilities",
        "SupportedMethods": _SUPPORTED_METHODS,
    }
    return [Instance(_CAPABILITIES.class_name, values, path=_CAPABILITIES)]
