"""Msvm_Physical3dGraphicsProcessor: graphics processors as RemoteFX sees them, in releases that have it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import NAMESPACE_OID, uuid5

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import instances_of, links, lookup
from openhyperv.emulator.host.hardware import Gpu
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import device_path, system_path
from openhyperv.emulator.host.machines.remotefx import available_video_memory
from openhyperv.emulator.host.machines.resources import DISPLAY_3D
from openhyperv.emulator.providers.elements import ENABLED, HEALTHY
from openhyperv.emulator.providers.links import link, touching
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_CLASS = "Msvm_Physical3dGraphicsProcessor"
_SYSTEM_DEVICE = "Msvm_SystemDevice"


class GpuProvider:
    """The graphics processors; memory is in bytes, as documented."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._gpus = host.hardware.gpus if DISPLAY_3D.exists_in(host.profile.release) else ()

    @instances_of(_CLASS)
    def processors(self) -> Iterator[Instance]:
        """All of them."""
        for gpu, available_bytes in available_video_memory(self._gpus, self._host.systems):
            yield self._instance(gpu, available_bytes)

    @lookup(_CLASS)
    def processor(self, path: ObjectPath) -> Instance | None:
        """One of them."""
        return next((gpu for gpu in self.processors() if gpu.path == path), None)

    @links(_SYSTEM_DEVICE)
    def devices(self, end: ObjectPath) -> Iterator[Instance]:
        """From the host to each."""
        system = system_path(self._host.name)
        ends = ({"GroupComponent": system, "PartComponent": self._path(gpu)} for gpu in self._gpus)
        return touching(end, (link(_SYSTEM_DEVICE, both) for both in ends))

    def _path(self, gpu: Gpu) -> ObjectPath:
        return device_path(_CLASS, self._host.name, _guid(gpu))  # UNVERIFIED: the DeviceID of a GPU

    def _instance(self, gpu: Gpu, available_bytes: int) -> Instance:
        path = self._path(gpu)
        values: dict[str, Value] = {
            **HEALTHY,
            **ENABLED,
            **path.keys,
            "Caption": "Physical 3D Graphics Processor",
            "Description": "Microsoft Physical 3D Graphics Processor",
            "ElementName": gpu.name,
            "Name": gpu.name,
            "GPUID": _guid(gpu),
            "EnabledForVirtualization": gpu.is_enabled,
            "DirectXVersion": gpu.directx_version,
            "DriverVersion": gpu.driver_version,
            "DedicatedVideoMemory": gpu.memory_mb << 20,
            "TotalVideoMemory": gpu.memory_mb << 20,
            "AvailableVideoMemory": available_bytes,
        }
        if self._host.profile.has(Release.WS2016):
            values["CompatibleForVirtualization"] = gpu.has_directx_11
        return Instance(_CLASS, values, path=path)


def _guid(gpu: Gpu) -> str:
    return str(uuid5(NAMESPACE_OID, gpu.name)).upper()
