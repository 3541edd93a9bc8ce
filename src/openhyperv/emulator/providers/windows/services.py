"""The Windows services and server roles behind what the host answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from attrs import frozen

from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.resources import DISPLAY_3D
from openhyperv.emulator.providers.per_class import ClassProvider, fixed_provider
from openhyperv.emulator.providers.windows.instances import cimv2_instance
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_HYPER_V, _MULTIPATH_IO, _REMOTE_DESKTOP_VIRTUALIZATION = 20, 57, 322
"""Win32_ServerFeature.ID."""


@frozen
class _Service:
    name: str
    display_name: str
    path: str


_SERVICES: Sequence[_Service] = (
    _Service("vmms", "Hyper-V Virtual Machine Management", r"C:\Windows\system32\vmms.exe"),
    _Service(
        "WinRM",
        "Windows Remote Management (WS-Management)",
        r"C:\Windows\System32\svchost.exe -k NetworkService -p",
    ),
)


def windows_service_providers(host: Host) -> Iterator[ClassProvider]:
    """Providers of Win32_Service and Win32_ServerFeature. Starting and stopping services is absent."""
    yield fixed_provider("Win32_Service", partial(_services, host))
    yield fixed_provider("Win32_ServerFeature", partial(_features, host))


def _services(host: Host) -> Iterable[Instance]:
    for service in _SERVICES:
        values: dict[str, Value] = {
            "Caption": service.display_name,
            "DisplayName": service.display_name,
            "CreationClassName": "Win32_Service",
            "SystemCreationClassName": "Win32_ComputerSystem",
            "SystemName": host.name,
            "PathName": service.path,
            "Started": True,
            "StartMode": "Auto",
            "State": "Running",
            "Status": "OK",
            "ExitCode": 0,
        }
        yield cimv2_instance("Win32_Service", {"Name": service.name}, values)


def _features(host: Host) -> Iterable[Instance]:
    """The role of the host, and the features that its disks and graphics processors are used with."""
    yield _feature(_HYPER_V, "Hyper-V")
    if any(disk.has_multipath for disk in host.hardware.disks):
        yield _feature(_MULTIPATH_IO, "Multipath I/O")
    if host.hardware.gpus and DISPLAY_3D.exists_in(host.profile.release):
        yield _feature(_REMOTE_DESKTOP_VIRTUALIZATION, "Remote Desktop Virtualization Host")


def _feature(feature_id: int, name: str) -> Instance:
    # UNVERIFIED: that all of them are at the top of the tree of roles, as Hyper-V and Multipath I/O are
    return cimv2_instance("Win32_ServerFeature", {"ID": feature_id}, {"Name": name, "ParentID": 0})
