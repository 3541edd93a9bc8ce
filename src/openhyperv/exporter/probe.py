"""One probe of one host: its metrics, and whether and how fast they could be had."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from threading import Lock
from time import monotonic

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from openhyperv.errors import HyperVError
from openhyperv.exporter.families import families
from openhyperv.exporter.reading import read_host
from openhyperv.hyperv.host import Host

_log = logging.getLogger(__name__)


class Probe(Collector):
    """Reads a host each time it is collected; a host that is slow is not read twice at a time."""

    def __init__(self, name: str, host: Host) -> None:
        self._name = name
        self._host = host
        self._lock = Lock()

    def collect(self) -> Iterable[Metric]:
        """The host's metrics, or only that there were none and why."""
        with self._lock:
            began_s = monotonic()
            metrics, error = self._read()
            yield from metrics
            yield GaugeMetricFamily("hyperv_probe_success", "1 if the host told.", value=not error)
            yield GaugeMetricFamily(
                "hyperv_probe_duration_seconds", "How long it took.", value=monotonic() - began_s
            )
            yield _failure(error)

    def describe(self) -> Iterator[Metric]:
        """Nothing beforehand: a registry shall not read the host to learn names."""
        return iter(())

    def _read(self) -> tuple[list[Metric], HyperVError | None]:
        try:
            return list(families(read_host(self._host))), None
        except HyperVError as error:
            _log.warning("%s cannot be read: %s", self._name, error)
            return [], error


def _failure(error: HyperVError | None) -> Metric:
    """Of what kind the failure was, by the class of the error."""
    family = GaugeMetricFamily("hyperv_probe_failure", "1 for what kept it from telling.", labels=["error"])
    if error is not None:
        family.add_metric([type(error).__name__], 1)
    return family
