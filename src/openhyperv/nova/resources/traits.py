"""The traits of the host's resource provider, by which images and flavors choose hosts.

``CUSTOM_HYPERV_2022`` is the release of Windows Server; ``CUSTOM_HYPERV_SINCE_2019`` is on every host of
that release or a newer one. Capabilities of the driver come as traits of their own, by Nova.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

import os_traits
from nova.compute.provider_tree import ProviderTree

from openhyperv.machine.host_version import (
    GENERATION_2_SINCE,
    WINDOWS_2012,
    WINDOWS_2012_R2,
    WINDOWS_2016,
    WINDOWS_2019,
    WINDOWS_2022,
    WINDOWS_2025,
    HostVersion,
)
from openhyperv.nova.resources.processors import features_of
from openhyperv.nova.resources.reading import HostReading

_RELEASES: Mapping[str, HostVersion] = {
    "2012": WINDOWS_2012,
    "2012_R2": WINDOWS_2012_R2,
    "2016": WINDOWS_2016,
    "2019": WINDOWS_2019,
    "2022": WINDOWS_2022,
    "2025": WINDOWS_2025,
}
_ANY = HostVersion(0, 0)
_BY_RELEASE: Mapping[str, HostVersion] = {
    os_traits.COMPUTE_FIRMWARE_BIOS: _ANY,
    os_traits.COMPUTE_STORAGE_BUS_IDE: _ANY,
    os_traits.COMPUTE_STORAGE_BUS_SCSI: _ANY,
    os_traits.COMPUTE_FIRMWARE_UEFI: GENERATION_2_SINCE,
    "CUSTOM_HYPERV_GENERATION_2": GENERATION_2_SINCE,
    # Hyper-V has one model of TPM, which is given for either of Nova's, and seals it with keys of the host
    os_traits.COMPUTE_SECURITY_TPM_2_0: WINDOWS_2016,
    os_traits.COMPUTE_SECURITY_TPM_CRB: WINDOWS_2016,
    os_traits.COMPUTE_SECURITY_TPM_TIS: WINDOWS_2016,
    os_traits.COMPUTE_SECURITY_TPM_SECRET_SECURITY_HOST: WINDOWS_2016,
}
_BY_FEATURE: Mapping[str, tuple[str, ...]] = {
    "lm": (os_traits.HW_ARCH_X86_64, os_traits.COMPUTE_ARCH_X86_64),
    "sse": (os_traits.HW_CPU_X86_SSE,),
    "sse2": (os_traits.HW_CPU_X86_SSE2,),
    "vmx": (os_traits.HW_CPU_X86_VMX, os_traits.HW_CPU_X86_INTEL_VMX),
    "svm": (os_traits.HW_CPU_X86_SVM, os_traits.HW_CPU_X86_AMD_SVM),
}
_OURS = frozenset(
    (
        *_BY_RELEASE,
        *chain.from_iterable(_BY_FEATURE.values()),
        *(f"CUSTOM_HYPERV_{name}" for name in _RELEASES),
        *(f"CUSTOM_HYPERV_SINCE_{name}" for name in _RELEASES),
        os_traits.HW_CPU_HYPERTHREADING,
    )
)


def update_traits(tree: ProviderTree, node: str, reading: HostReading) -> None:
    """Say what the host has, and no more what it has not; traits that are not ours stay."""
    present = frozenset(tree.data(node).traits)
    tree.update_traits(node, (present - _OURS) | traits_of(reading))


def traits_of(reading: HostReading) -> frozenset[str]:
    """What instances can choose the host by."""
    version, sockets = reading.version, reading.steady.hardware.sockets
    features = features_of(sockets, version)
    has_threads = any(socket.logical_processors > socket.cores for socket in sockets)
    return frozenset(
        (
            *(trait for trait, since in _BY_RELEASE.items() if version >= since),
            *_release_traits(version),
            *chain.from_iterable(_BY_FEATURE.get(feature, ()) for feature in features),
            *((os_traits.HW_CPU_HYPERTHREADING,) if has_threads else ()),
        )
    )


def _release_traits(version: HostVersion) -> Iterator[str]:
    reached = [name for name, since in _RELEASES.items() if version >= since]
    yield from (f"CUSTOM_HYPERV_SINCE_{name}" for name in reached)
    if reached:
        yield f"CUSTOM_HYPERV_{reached[-1]}"
