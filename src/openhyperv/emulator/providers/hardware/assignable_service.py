"""Taking PCI devices from the host and giving them back: Msvm_AssignableDeviceService."""

from __future__ import annotations

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.hardware.pci import PciDevice
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.incoming import read_setting, text_of
from openhyperv.emulator.host.machines.host_devices import assignments, host_pci_path
from openhyperv.emulator.providers.services.services import ASSIGNABLE_DEVICES
from openhyperv.wire.types import Value

_SERVICE = ASSIGNABLE_DEVICES.class_name
_SETTINGS = "Msvm_AssignableDeviceDismountSettingData"


class AssignableDeviceProvider:
    """Both methods answer at once; a device is named by its instance path, its location path, or both."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @method(_SERVICE, "DismountAssignableDevice")
    def dismount(self, call: Call) -> Result:
        """The host gives a device up; one that could reach past the IOMMU only if that is not minded."""
        settings = read_setting(call["DismountSettingData"], _SETTINGS, self._host.schema)
        device = self._device(settings.get("DeviceInstancePath"), settings.get("DeviceLocationPath"))
        if self._host.pci.is_dismounted(device):
            raise MethodFailure(
                Code.INVALID_STATE, f"{text_of(settings, 'DeviceLocationPath')} is dismounted."
            )
        if settings.get("RequireAcsSupport") is True and not device.has_acs:
            # UNVERIFIED: the code where Access Control Services are asked for and missing
            raise MethodFailure(Code.NOT_SUPPORTED, f"{device.location_path} has no ACS.")
        if settings.get("RequireDeviceMitigations") is True and not device.has_mitigation:
            # UNVERIFIED: the code where mitigations are asked for; that they can be is documented
            raise MethodFailure(Code.NOT_SUPPORTED, f"{device.location_path} has no mitigation driver.")
        gpu = self._host.gpus.of_device(device)
        if gpu is not None and self._host.gpus.taken_of(gpu):
            # UNVERIFIED: the code; a GPU is given away whole or in partitions, never both, is documented
            raise MethodFailure(Code.IN_USE, "Virtual machines are running with partitions of this GPU.")
        self._host.pci.dismount(device)
        return Result(Code.COMPLETED, {"DismountedDeviceInstancePath": device.assignable_path})

    @method(_SERVICE, "MountAssignableDevice")
    def mount(self, call: Call) -> Result:
        """The host takes a device back that no virtual machine has."""
        device = self._device(call["DeviceInstancePath"], call["DeviceLocationPath"])
        if not self._host.pci.is_dismounted(device):
            raise MethodFailure(Code.INVALID_STATE, f"{device.location_path} is mounted.")
        path = host_pci_path(self._host.name, device)
        if any(assigned.target == path for assigned in assignments(self._host)):
            raise MethodFailure(Code.IN_USE, f"A virtual machine has {device.location_path}.")
        self._host.pci.mount(device)
        return Result(Code.COMPLETED, {"MountedDeviceInstancePath": device.host_path})

    def _device(self, instance_path: Value, location_path: Value) -> PciDevice:
        device = self._host.pci.find(str(instance_path or ""), str(location_path or ""))
        if device is None:
            # UNVERIFIED: the code for a device that is not there
            raise MethodFailure(Code.NOT_FOUND, f"There is no device {instance_path or location_path}.")
        return device
