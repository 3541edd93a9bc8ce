"""Files into guests: Msvm_GuestFileService, and how it is found."""

from __future__ import annotations

from collections.abc import Iterator

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
from openhyperv.emulator.host.identities import Device, service_path
from openhyperv.emulator.host.incoming import read_setting
from openhyperv.emulator.host.machines.components import ENABLED
from openhyperv.emulator.host.machines.devices import LogicalDevice, find_device
from openhyperv.emulator.host.machines.file_copies import copy_files
from openhyperv.emulator.host.machines.virtual_system import SystemState, VirtualSystem
from openhyperv.emulator.providers.elements import ENABLED as RUNS
from openhyperv.emulator.providers.elements import HEALTHY
from openhyperv.emulator.providers.links import link
from openhyperv.emulator.providers.machines.finding import text_key
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath

_SERVICE = "Msvm_GuestFileService"
_REGISTERED = "Msvm_RegisteredGuestService"
_INTERFACE = "Msvm_GuestServiceInterfaceComponent"
_SETTING = "Msvm_CopyFileToGuestSettingData"
_NAME = "Guest File Service"  # UNVERIFIED: the Name of the service, and that its SystemName is the VM's


class GuestFileProvider:
    """One file service for each VM that is on and whose guest service interface is enabled."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @instances_of(_SERVICE)
    def services(self) -> Iterator[Instance]:
        """Every VM's that has one now."""
        return (_service(system) for system in self._host.systems if _interface(system))

    @lookup(_SERVICE)
    def service(self, path: ObjectPath) -> Instance | None:
        """One VM's."""
        system = self._host.systems.find(text_key(path, "SystemName"))
        return _service(system) if system is not None and _interface(system) else None

    @links(_REGISTERED)
    def registered(self, end: ObjectPath) -> Iterator[Instance]:
        """Between the guest service interface of a VM and the service."""
        system = self._host.systems.find(text_key(end, "SystemName"))
        interface = _interface(system) if system is not None else None
        if system is not None and interface is not None:
            yield link(_REGISTERED, {"Antecedent": interface.path, "Dependent": _path(system)})

    @method(_SERVICE, "CopyFilesToGuest")
    def copy(self, call: Call) -> Result:
        """A job copies; a file that cannot be copied fails it."""
        system = self._host.systems.find(text_key(call.path, "SystemName"))
        guest = system.session.guest if system is not None and system.session else None
        if system is None or guest is None or system.state is not SystemState.RUNNING:
            raise MethodFailure(Code.INVALID_STATE, "Only a running VM takes files.")
        texts = call["CopyFileToGuestSettings"]
        if not isinstance(texts, list | tuple) or not texts:
            raise MethodFailure(Code.INVALID_PARAMETER, "CopyFileToGuestSettings is empty.")
        settings = [read_setting(text, _SETTING, self._host.schema) for text in texts]
        job = copy_files(self._host, system, guest, settings)
        return Result(Code.JOB_STARTED, {"Job": job.path})


def _interface(system: VirtualSystem) -> LogicalDevice | None:
    """The VM's guest service interface, while it is on and enabled."""
    # UNVERIFIED: that the guest service interface is among the services that shielding blocks
    if system.configuration.is_shielded:
        return None
    device = find_device(system, _INTERFACE, Device.GUEST_SERVICE_INTERFACE)
    setting = device.resource if device is not None else None
    return device if setting is not None and setting.value("EnabledState") == ENABLED else None


def _path(system: VirtualSystem) -> ObjectPath:
    return service_path(_SERVICE, _NAME, system.guid)


def _service(system: VirtualSystem) -> Instance:
    path = _path(system)
    values = {**HEALTHY, **RUNS, **path.keys, "Caption": _NAME, "ElementName": _NAME, "Started": True}
    return Instance(_SERVICE, values, path=path)
