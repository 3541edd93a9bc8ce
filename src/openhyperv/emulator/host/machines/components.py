"""The integration components of a virtual machine: what the setting of each says if nobody says otherwise.

Texts and default states: Microsoft's pages of the ``Msvm_...ComponentSettingData`` classes.
"""

from __future__ import annotations

from collections.abc import Sequence

from openhyperv.cim.release import Release
from openhyperv.emulator.host.machines.resource_kind import ResourceKind
from openhyperv.wire.types import Value

ENABLED = 2
DISABLED = 3
_OTHER = 1
"""ResourceType of what has no number of its own."""


def _component(
    name: str, class_name: str, *, caption: str, since: Release = Release.WS2012, **more: Value
) -> ResourceKind:
    return ResourceKind(
        name=name,  # UNVERIFIED: that ResourceSubType says what OtherResourceType is documented to say
        resource_type=_OTHER,
        class_name=class_name,
        since=since,
        values={
            "Caption": caption,
            "Description": f"Microsoft {caption} Service Setting Data",
            "ElementName": caption,
            "OtherResourceType": f"Microsoft:Hyper-V:{name}",
            "EnabledState": ENABLED,
            **more,
        },
    )


HEARTBEAT = _component(
    "Heartbeat Component",
    "Msvm_HeartbeatComponentSettingData",
    caption="Heartbeat",
    Interval=2000,
    Latency=1000,
    ErrorThreshold=2,
)
KVP_EXCHANGE = _component(
    "Key-Value Pair Exchange Component",
    "Msvm_KvpExchangeComponentSettingData",
    caption="Key-Value Pair Exchange",
    HostExchangeItems=[],
    HostOnlyItems=[],
    DisableHostKVPItems=False,
)
SHUTDOWN = _component("Shutdown Component", "Msvm_ShutdownComponentSettingData", caption="Shutdown")
TIME_SYNC = _component(
    "Time Synchronization Component", "Msvm_TimeSyncComponentSettingData", caption="Time Synchronization"
)
VSS = _component("VSS Component", "Msvm_VssComponentSettingData", caption="VSS")
GUEST_SERVICE_INTERFACE = _component(
    "Guest Service Interface",  # UNVERIFIED: the sub-type of the guest service interface
    "Msvm_GuestServiceInterfaceComponentSettingData",
    caption="Guest Service Interface",
    since=Release.WS2012R2,
    EnabledState=DISABLED,
    DefaultEnabledStatePolicy=ENABLED,
)
REMOTE_DESKTOP = _component(
    "Remote Desktop Virtualization Component",  # UNVERIFIED: the sub-type of the Rdv component
    "Msvm_RdvComponentSettingData",
    caption="Remote Desktop Virtualization Service",
)

COMPONENTS: Sequence[ResourceKind] = (
    HEARTBEAT,
    KVP_EXCHANGE,
    SHUTDOWN,
    TIME_SYNC,
    VSS,
    GUEST_SERVICE_INTERFACE,
    REMOTE_DESKTOP,
)
