"""Machines whose adapters nobody has bound yet, and how they come to be so again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar
from uuid import uuid4

from bench.comparison.stage import Stage
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import SYSTEM_SERVICE, setting
from openhyperv.hyperv.ports.finding import CABLE, DISABLED
from openhyperv.hyperv.ports.reading import FoundPort
from openhyperv.hyperv.values import text
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_TOGETHER = 4
_OFFLOAD = "Msvm_EthernetSwitchPortOffloadSettingData"
"""What every cable has from the start."""
_LEAST_SETTINGS = 12
"""VLAN, security, ten rules."""
T = TypeVar("T")


class Machines:
    """Machines of one host with an adapter each, which is called as a port of Neutron is."""

    def __init__(self, host: Host, stage: Stage) -> None:
        self._host = host
        self._stage = stage

    def make(self, count: int) -> tuple[str, ...]:
        """So many more; returns their ports."""
        ports = tuple(str(uuid4()) for _ in range(count))
        self._each(self._make, ports)
        return ports

    def _make(self, port: str) -> None:
        self._host.create(self._stage.unbound(self._stage.name(), port))

    def check(self, ports: Sequence[str]) -> None:
        """See that each port is connected, and that all of them have as many settings."""
        found = list(self._found(ports))
        counts = Counter(len(features) for _, features in found)
        is_plugged = all(port.switch_guid == self._stage.switch_guid for port, _ in found)
        if not is_plugged or len(counts) != 1 or min(counts) < _LEAST_SETTINGS:
            raise SystemExit(f"Some ports are not what they should be: {dict(counts)}, {is_plugged}.")

    def loosen(self, ports: Sequence[str]) -> None:
        """Pull cables out and take all features away: as our driver for Nova leaves new machines."""
        self._each(self._loosen, self._found(ports))

    def remove_cables(self, ports: Sequence[str]) -> None:
        """Take cables away, with all features: as compute-hyperv leaves new machines."""
        self._each(self._host.unbind_port, ports)

    def _each(self, act: Callable[[T], object], what: Iterable[T]) -> None:
        with ThreadPoolExecutor(_TOGETHER) as workers:
            list(workers.map(act, what))

    def _found(self, ports: Sequence[str]) -> Iterator[FoundPort]:
        reading = self._host.ports()
        for name in ports:
            found = reading.find(name)
            assert found is not None
            yield found

    def _loosen(self, found: FoundPort) -> None:
        port, features = found
        paths: list[ObjectPath] = [
            setting(each.class_name, text(each, "InstanceID"))
            for each in features
            if each.class_name != _OFFLOAD
        ]
        self._host.session.run(SYSTEM_SERVICE, "RemoveFeatureSettings", {"FeatureSettings": paths})
        values: dict[str, Value] = {
            "InstanceID": str(port.cable.key("InstanceID")),
            "EnabledState": DISABLED,
        }
        loose = instance_to_text(Instance(CABLE, values), self._host.session.schema)
        self._host.session.run(SYSTEM_SERVICE, "ModifyResourceSettings", {"ResourceSettings": [loose]})
