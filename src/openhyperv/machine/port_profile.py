"""The name under which a network controller, or an extension of the switch, knows a port."""

from __future__ import annotations

from uuid import UUID

from attrs import frozen


@frozen(kw_only=True)
class PortProfile:
    """A port's profile (Msvm_EthernetSwitchPortProfileSettingData): which policy of which vendor it is under.

    None leaves what the port has.
    """

    profile_id: UUID | None = None
    profile_name: str | None = None
    vendor_id: UUID | None = None
    vendor_name: str | None = None
    net_cfg_instance_id: UUID | None = None
    cdn_label_id: int | None = None
    cdn_label: str | None = None
    profile_data: int | None = None
