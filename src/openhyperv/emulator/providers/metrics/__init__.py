"""The metric service: what can be metered, switching it on and off, and what was counted."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.host.host import Host
from openhyperv.emulator.providers.metrics.control import MetricControlProvider
from openhyperv.emulator.providers.metrics.definitions import MetricDefinitionProvider
from openhyperv.emulator.providers.metrics.dependencies import MetricDependencyProvider
from openhyperv.emulator.providers.metrics.service import (
    MetricServiceProvider,
    metric_capabilities_provider,
    metric_settings_provider,
)
from openhyperv.emulator.providers.metrics.showing import MetricShowProvider
from openhyperv.emulator.providers.metrics.values import MetricValueProvider


def metric_providers(host: Host) -> Iterator[object]:
    """Everything that answers for metrics."""
    yield MetricDefinitionProvider(host)
    yield MetricValueProvider(host)
    yield MetricDependencyProvider(host)
    yield MetricControlProvider(host)
    yield MetricShowProvider(host)
    yield MetricServiceProvider(host)
    yield metric_settings_provider(host)
    yield metric_capabilities_provider()
