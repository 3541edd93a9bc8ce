"""What ties a port to a virtualized network and its controller, as settings, and back. Pure."""

from __future__ import annotations

from uuid import UUID

from openhyperv.hyperv.ports.features import named
from openhyperv.hyperv.values import member, number, text
from openhyperv.machine.port_isolation import IsolationMode, PortIsolation
from openhyperv.machine.port_profile import PortProfile
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

ISOLATION = "Msvm_EthernetSwitchPortIsolationSettingData"
PROFILE = "Msvm_EthernetSwitchPortProfileSettingData"

NO_ISOLATION = PortIsolation(mode=IsolationMode.NONE)
_NO_GUID = UUID(int=0)
NO_PROFILE = PortProfile(
    profile_id=_NO_GUID,
    profile_name="",
    vendor_id=_NO_GUID,
    vendor_name="",
    net_cfg_instance_id=_NO_GUID,
    cdn_label_id=0,
    cdn_label="",
    profile_data=0,
)


def isolation_settings(isolation: PortIsolation) -> Instance:
    """Which isolated networks a port is in."""
    values: dict[str, Value] = {
        "IsolationMode": isolation.mode.value,
        "DefaultIsolationId": isolation.default_id,
        "AllowUntaggedTraffic": isolation.allow_untagged,
        "EnableMultiTenantStack": isolation.multi_tenant,
    }
    return Instance(ISOLATION, values)


def read_isolation(settings: Instance) -> PortIsolation:
    """The reverse of :func:`isolation_settings`."""
    return PortIsolation(
        mode=member(IsolationMode, settings, "IsolationMode"),
        default_id=number(settings, "DefaultIsolationId"),
        allow_untagged=settings.get("AllowUntaggedTraffic") is True,
        multi_tenant=settings.get("EnableMultiTenantStack") is True,
    )


def profile_settings(profile: PortProfile) -> Instance:
    """Under which policy of which vendor a port is."""
    values: dict[str, Value | None] = {
        "ProfileId": _guid_text(profile.profile_id),
        "ProfileName": profile.profile_name,
        "VendorId": _guid_text(profile.vendor_id),
        "VendorName": profile.vendor_name,
        "NetCfgInstanceId": _guid_text(profile.net_cfg_instance_id),
        "CdnLabelId": profile.cdn_label_id,
        "CdnLabelString": profile.cdn_label,
        "ProfileData": profile.profile_data,
    }
    return Instance(PROFILE, named(values))


def read_profile(settings: Instance) -> PortProfile:
    """The reverse of :func:`profile_settings`."""
    return PortProfile(
        profile_id=_read_guid(settings, "ProfileId"),
        profile_name=text(settings, "ProfileName"),
        vendor_id=_read_guid(settings, "VendorId"),
        vendor_name=text(settings, "VendorName"),
        net_cfg_instance_id=_read_guid(settings, "NetCfgInstanceId"),
        cdn_label_id=number(settings, "CdnLabelId"),
        cdn_label=text(settings, "CdnLabelString"),
        profile_data=number(settings, "ProfileData"),
    )


def _guid_text(guid: UUID | None) -> str | None:
    return None if guid is None else f"{{{guid}}}".upper()


def _read_guid(settings: Instance, name: str) -> UUID:
    return UUID(text(settings, name) or str(_NO_GUID))
