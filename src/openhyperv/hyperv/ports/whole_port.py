"""All that a port is, but for its rules, as the settings that Hyper-V keeps of it, and back. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from openhyperv.hyperv.ports.features import (
    BANDWIDTH,
    SECURITY,
    VLAN,
    bandwidth_settings,
    read_bandwidth,
    read_security,
    read_vlan,
    security_settings,
    vlan_settings,
)
from openhyperv.hyperv.ports.hardware_features import (
    OFFLOAD,
    OFFLOAD_DEFAULTS,
    RDMA,
    offload_settings,
    rdma_settings,
    read_offload,
    read_rdma,
)
from openhyperv.hyperv.ports.overlay_features import (
    ISOLATION,
    NO_ISOLATION,
    NO_PROFILE,
    PROFILE,
    isolation_settings,
    profile_settings,
    read_isolation,
    read_profile,
)
from openhyperv.machine.port import Mirroring, PortBandwidth, PortSecurity, PortSettings
from openhyperv.wire.instance import Instance

T = TypeVar("T")

_NO_SECURITY = PortSecurity(teaming=False, priority_tag=False, mirroring=Mirroring.NONE, storm_limit_pps=0)
_NO_BANDWIDTH = PortBandwidth(weight=0, burst_bps=0, burst_bits=0)

DEFAULTS: Mapping[str, Instance] = {
    setting.class_name: setting
    for setting in (
        vlan_settings(None),
        security_settings(_NO_SECURITY),
        bandwidth_settings(_NO_BANDWIDTH),
        offload_settings(OFFLOAD_DEFAULTS),
        rdma_settings(0),
        isolation_settings(NO_ISOLATION),
        profile_settings(NO_PROFILE),
    )
}
"""What a port without settings of a kind is, for each kind that it has at most one of."""


def wanted_settings(settings: PortSettings) -> Iterator[Instance]:
    """What a port that is so has, each of a kind that it has at most one of."""
    yield vlan_settings(settings.vlan)
    yield security_settings(settings.security)
    yield bandwidth_settings(settings.bandwidth)
    if settings.offload is not None:
        yield offload_settings(settings.offload)
    if settings.isolation is not None:
        yield isolation_settings(settings.isolation)
    if settings.profile is not None:
        yield profile_settings(settings.profile)
    if settings.rdma_weight is not None:
        yield rdma_settings(settings.rdma_weight)


def read_port(present: Sequence[Instance]) -> PortSettings:
    """The reverse of :func:`wanted_settings`; what the host keeps nothing about is None."""
    return PortSettings(
        vlan=_read(present, VLAN, read_vlan),
        security=_read(present, SECURITY, read_security) or PortSecurity(),
        bandwidth=_read(present, BANDWIDTH, read_bandwidth),
        offload=_read(present, OFFLOAD, read_offload),
        isolation=_read(present, ISOLATION, read_isolation),
        profile=_read(present, PROFILE, read_profile),
        rdma_weight=_read(present, RDMA, read_rdma),
    )


def _read(present: Sequence[Instance], class_name: str, read: Callable[[Instance], T]) -> T | None:
    found = next((each for each in present if each.class_name == class_name), None)
    return None if found is None else read(found)
