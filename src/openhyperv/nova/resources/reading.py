"""Looking at the host for the resource tracker, which asks once a minute and after each change.

What stays while a host runs is read again every ten minutes only, so that an administrator's new PCI device
is found; an idle host is asked two things a minute.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from threading import Lock
from time import monotonic
from typing import Any

from attrs import frozen

from openhyperv.hyperv.devices.assignable_device import AssignableDevice
from openhyperv.hyperv.gpus.gpu import PartitionableGpu
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.statistics import Drive, HostHardware, HostSpace
from openhyperv.machine.host_version import WINDOWS_2025, HostVersion
from openhyperv.nova.instances import Instances
from openhyperv.nova.resources.device_specs import DeviceSpecs
from openhyperv.nova.resources.virtual_functions import virtual_functions_of

_STEADY_S = 600.0


@frozen
class SteadyReading:
    """What seldom changes, read of a host of that version.

    ``virtual_functions`` are as Nova has them: Hyper-V knows how many there are, and no single one.
    """

    version: HostVersion
    hardware: HostHardware
    pci_devices: tuple[AssignableDevice, ...]
    virtual_functions: tuple[Mapping[str, Any], ...]
    gpus: tuple[PartitionableGpu, ...]
    at_s: float

    def holds(self, version: HostVersion) -> bool:
        """True while it need not be read again, of a host that has that version now."""
        return self.version == version and monotonic() - self.at_s < _STEADY_S


@frozen
class HostReading:
    """Everything that Nova counts of a host. ``drive`` is the one that instances are on."""

    space: HostSpace
    drive: Drive
    steady: SteadyReading

    @property
    def version(self) -> HostVersion:
        """Of Windows."""
        return self.space.version


class HostReadings:
    """The readings of one host. Thread-safe.

    ``specs`` say which PCI devices instances may have, and which virtual functions their ports; what they may
    not is not read.
    """

    def __init__(self, host: Host, instances: Instances, specs: DeviceSpecs) -> None:
        self._host = host
        self._instances = instances
        self._specs = specs
        self._lock = Lock()
        self._latest: HostReading | None = None

    def now(self) -> HostReading:
        """A new reading: two requests; every ten minutes six, and those for devices (``HostDevices``).

        :raises NotFoundError: the host has no drive for instances
        """
        with self._lock:
            self._latest = self._read()
            return self._latest

    def latest(self) -> HostReading:
        """The last reading; a new one where there is none yet."""
        latest = self._latest
        return self.now() if latest is None else latest

    def _read(self) -> HostReading:
        space, latest = self._host.space(), self._latest
        if latest is not None and latest.steady.holds(space.version):
            steady = latest.steady
        else:
            steady = self._read_steady(space.version)
        return HostReading(space, space.drive_of(str(self._host.layout.root)), steady)

    def _read_steady(self, version: HostVersion) -> SteadyReading:
        gpus = self._host.gpus.partitionable() if version >= WINDOWS_2025 else ()
        return SteadyReading(
            version=version,
            hardware=self._host.hardware(),
            pci_devices=tuple(self._pci_devices()),
            virtual_functions=tuple(self._virtual_functions()),
            gpus=tuple(gpus),
            at_s=monotonic(),
        )

    def _pci_devices(self) -> Collection[AssignableDevice]:
        """All but those in machines that are not Nova's."""
        allow = self._specs.allow
        devices = [] if allow is None else self._host.devices.assignable(allow)
        if all(device.machine is None for device in devices):
            return devices
        guids = {machine.guid for machine in self._instances.all(cached=True).values()}
        return [device for device in devices if device.machine is None or device.machine in guids]

    def _virtual_functions(self) -> Iterator[Mapping[str, Any]]:
        cards = self._host.devices.sriov_cards() if self._specs.have_networks else []
        functions = (function for card in cards for function in virtual_functions_of(card))
        return (function for function in functions if self._specs.serve_network(function))
