"""``machine.devices``: the PCI devices of one machine, by their addresses on the host.

Rules: Microsoft, "Plan for deploying devices by using Discrete Device Assignment".
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError
from openhyperv.hyperv.device_changes import add_devices, remove_devices
from openhyperv.hyperv.devices.allow_list import AllowList
from openhyperv.hyperv.devices.assignable_device import AssignableDevice
from openhyperv.hyperv.devices.claiming import claim
from openhyperv.hyperv.devices.host_devices import HostDevices
from openhyperv.hyperv.devices.inventory import (
    find_dismounted,
    list_dismounted,
)
from openhyperv.hyperv.devices.settings import mmio_values, pci_express_port
from openhyperv.hyperv.names import SYSTEM_SERVICE, SYSTEM_SETTINGS, system_settings
from openhyperv.machine.lifecycle import StopAction
from openhyperv.machine.pci import MmioSpace, PciAddress
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_WHEN = "A machine gets and loses PCI devices while it is off; it has static memory, and no checkpoints then."


class MachineDevices:
    """The devices of a machine; every call raises UnsupportedError before Windows Server 2016."""

    def __init__(self, session: Session, guid: str) -> None:
        self._session = session
        self._guid = guid

    def assigned(self) -> list[AssignableDevice]:
        """What it has, by address: two queries, and a request for each device that the host has given up."""
        return [d for d in list_dismounted(self._session, AllowList()) if d.machine == self._guid]

    def add(self, *addresses: PciAddress, mmio: MmioSpace | None = None) -> None:
        """Give it devices of the host; what it has already stays.

        A machine with a device cannot be saved: one that would be is turned off when its host stops.
        ``mmio`` sets aside address space for devices with much memory, such as GPUs.

        :raises NotFoundError: no device at one of the addresses is dismounted from the host
        :raises ConflictError: another machine has one, or this machine's state or memory does not allow it
        """
        claimed = claim(self._session, addresses, machine=self._guid)
        new = [device for device in claimed if device.machine is None]
        changes = self._system_changes(mmio)
        with _remedied():
            if changes:
                self._modify_system(changes)
            if new:
                add_devices(self._session, self._guid, [pci_express_port(device.path) for device in new])

    def remove(self, *addresses: PciAddress, mount: bool = False) -> bool:
        """Take devices from it; what it does not have is left alone. True where it had one.

        They stay dismounted, ready for the next machine, unless ``mount`` gives them back to the host.

        :raises ConflictError: the machine is not off
        """
        found = find_dismounted(self._session, addresses)
        ports = [device.port for device in found.values() if device.machine == self._guid and device.port]
        if ports:
            with _remedied():
                remove_devices(self._session, self._guid, ports)
        if mount:
            for address in addresses:
                HostDevices(self._session).mount(address)
        return bool(ports)

    def _system_changes(self, mmio: MmioSpace | None) -> dict[str, Value]:
        """What of the machine's own settings is not yet as its devices need it."""
        now = self._session.get(system_settings(self._guid))
        wanted = mmio_values(mmio)
        if now.get("AutomaticShutdownAction") == StopAction.SAVE:
            wanted["AutomaticShutdownAction"] = StopAction.TURN_OFF.value
        return {name: value for name, value in wanted.items() if now.get(name) != value}

    def _modify_system(self, changes: dict[str, Value]) -> None:
        settings = Instance(SYSTEM_SETTINGS, {"InstanceID": f"Microsoft:{self._guid}", **changes})
        arguments: dict[str, Value] = {"SystemSettings": instance_to_text(settings, self._session.schema)}
        self._session.run(SYSTEM_SERVICE, "ModifySystemSettings", arguments, target=self._guid)


@contextmanager
def _remedied() -> Iterator[None]:
    """Say what to do about a state that forbids a change."""
    try:
        yield
    except ConflictError as error:
        error.remedy = error.remedy or _WHEN
        raise
