"""``host.devices``: the PCI devices of a host, given up for machines and taken back.

Steps: Microsoft, "Deploy graphics devices by using Discrete Device Assignment".
"""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, HyperVError, NotFoundError, UnsupportedError
from openhyperv.hyperv.devices.allow_list import AllowList
from openhyperv.hyperv.devices.assignable_device import AssignableDevice, pnp_path
from openhyperv.hyperv.devices.inventory import (
    Dismounted,
    find_dismounted,
    list_dismounted,
    list_mounted,
)
from openhyperv.hyperv.devices.sriov_cards import SriovCard, read_sriov_cards
from openhyperv.hyperv.names import service
from openhyperv.machine.pci import PciAddress, PciDevice
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_SERVICE = service("Msvm_AssignableDeviceService")
_EVERY_DEVICE = AllowList()


class HostDevices:
    """The devices of one host; to change something raises UnsupportedError before Windows Server 2016."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def assignable(self, allow: AllowList = _EVERY_DEVICE) -> list[AssignableDevice]:
        """What the host has given up, free or in machines, by address.

        Two queries, and a request for each device that the list admits. Hosts older than Windows Server 2016
        give up nothing.
        """
        try:
            return list_dismounted(self._session, allow)
        except UnsupportedError:
            return []

    def free(self, allow: AllowList = _EVERY_DEVICE) -> tuple[PciDevice, ...]:
        """What a machine may be given now, as the rules for machines take it; requests as for assignable."""
        return tuple(device.pci_device for device in self.assignable(allow) if device.is_free)

    def all(self, allow: AllowList = _EVERY_DEVICE) -> list[AssignableDevice]:
        """The same, and what is still the host's own: a query more, and a request for each of these."""
        try:
            devices = list_dismounted(self._session, allow) + list_mounted(self._session, allow)
        except UnsupportedError:
            return []
        return sorted(devices, key=lambda device: device.address)

    def sriov_cards(self) -> list[SriovCard]:
        """The network cards whose virtual functions the ports of switches can have, in five queries."""
        return read_sriov_cards(self._session)

    def dismount(self, address: PciAddress, *, force: bool = False) -> None:
        """Take a device from the host, so that machines can have it; nothing happens if that is so already.

        ``force`` gives up devices that are known to be safe for trusted guests alone: those without Access
        Control Services up to the root, and those whose vendor has supplied no mitigation driver.

        :raises NotFoundError: no device is at that address
        :raises UnsupportedError: the device is not safe, and not forced
        """
        if address in find_dismounted(self._session, (address,)):
            return
        device = self._mounted(address)
        path = pnp_path(device.instance_path)
        self._session.run(path, "Disable", target=str(address))
        try:
            self._dismount(device, force=force)
        except HyperVError as error:
            if not error.outcome_unknown:
                self._session.run(path, "Enable", target=str(address))
            if isinstance(error, UnsupportedError):
                error.remedy = "Dismount it by force, if all of its guests can be trusted."
            raise

    def _dismount(self, device: AssignableDevice, *, force: bool) -> None:
        values: dict[str, Value] = {
            "DeviceInstancePath": device.instance_path,
            "DeviceLocationPath": device.location_path,
            "RequireAcsSupport": not force,
            "RequireDeviceMitigations": not force,
        }
        settings = Instance("Msvm_AssignableDeviceDismountSettingData", values)
        arguments: dict[str, Value] = {
            "DismountSettingData": instance_to_text(settings, self._session.schema)
        }
        self._session.run(_SERVICE, "DismountAssignableDevice", arguments, target=str(device.address))

    def mount(self, address: PciAddress) -> None:
        """Give a device back to the host, which uses it again; nothing happens if that is so already.

        :raises NotFoundError: no device is at that address
        :raises ConflictError: a machine has it
        """
        found = find_dismounted(self._session, (address,)).get(address)
        if found is None:
            mounted = self._mounted(address).instance_path
        else:
            self._check_free(found, address)
            mounted = self._mount(found, address)
        self._session.run(pnp_path(mounted), "Enable", target=str(address))

    def _mount(self, device: Dismounted, address: PciAddress) -> str:
        arguments: dict[str, Value] = {
            "DeviceInstancePath": device.instance_path,
            "DeviceLocationPath": device.location_path,
        }
        output = self._session.run(_SERVICE, "MountAssignableDevice", arguments, target=str(address))
        return str(output["MountedDeviceInstancePath"] or self._mounted(address).instance_path)

    def _check_free(self, device: Dismounted, address: PciAddress) -> None:
        if device.machine is not None:
            raise ConflictError(
                f"The machine {device.machine} has this device.",
                host=self._session.host,
                target=str(address),
                remedy="Take it from the machine first.",
            )

    def _mounted(self, address: PciAddress) -> AssignableDevice:
        allow = AllowList.of([{"address": str(address)}])
        found = next(iter(list_mounted(self._session, allow)), None)
        if found is None:
            raise NotFoundError(
                "The host has no PCI device there.", host=self._session.host, target=str(address)
            )
        return found
