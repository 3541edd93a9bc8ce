"""The host's processors, as ``cpu_info`` and traits describe them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from nova.objects import fields

from openhyperv.hyperv.statistics import Socket
from openhyperv.machine.host_version import HostVersion
from openhyperv.machine.rules import nested

_X64 = 9
_ARCHITECTURES = {
    0: (fields.Architecture.I686,),
    _X64: (fields.Architecture.X86_64, fields.Architecture.I686),
    12: (fields.Architecture.AARCH64,),
}
"""What runs on a processor, by Win32_Processor.Architecture."""

_OF_X64 = ("lm", "nx", "sse", "sse2")
_VIRTUALIZATION = {"GenuineIntel": "vmx", "AuthenticAMD": "svm"}


def architectures_of(sockets: Sequence[Socket]) -> tuple[str, ...]:
    """What guests may be built for."""
    return _ARCHITECTURES.get(sockets[0].architecture, ()) if sockets else ()


def features_of(sockets: Sequence[Socket], version: HostVersion) -> tuple[str, ...]:
    """The features that a guest can count on, under Linux's names.

    Under a running hypervisor Windows does not list a processor's features. These follow from what Hyper-V
    demands of a host (Microsoft, "System requirements for Hyper-V on Windows Server"), and virtualization
    is there where Hyper-V passes it on to guests.
    """
    if not sockets or sockets[0].architecture != _X64:
        return ()
    virtualization = _VIRTUALIZATION.get(sockets[0].manufacturer)
    if virtualization is None or version < nested.SINCE[virtualization]:
        return _OF_X64
    return (*_OF_X64, virtualization)


def cpu_info_of(sockets: Sequence[Socket], version: HostVersion) -> dict[str, Any]:
    """Nova's description of a host's processors, which are alike."""
    if not sockets:
        return {}
    first = sockets[0]
    return {
        "vendor": first.manufacturer,
        "model": first.name,
        "arch": next(iter(architectures_of(sockets)), ""),
        "features": list(features_of(sockets, version)),
        "topology": {
            "sockets": len(sockets),
            "cores": first.cores,
            "threads": first.logical_processors // first.cores,
        },
    }
