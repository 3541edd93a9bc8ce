"""What a new virtual switch's settings hold when whoever defines it leaves something open."""

from __future__ import annotations

from collections.abc import Mapping

from openhyperv.cim.release import Release
from openhyperv.emulator.host.profile import Profile
from openhyperv.wire.types import Value

SWITCH_SETTINGS = "Msvm_VirtualEthernetSwitchSettingData"

_COMMON: Mapping[str, Value] = {
    "Caption": "Virtual Ethernet Switch Settings",
    "Description": "Active settings for the virtual Ethernet switch",
    "ElementName": "New Virtual Switch",  # UNVERIFIED: the name of a switch defined without one
    "VirtualSystemType": "Virtual Ethernet Switch",  # UNVERIFIED: the type that switches show
    "AssociatedResourcePool": [],
    "BandwidthReservationMode": 0,
    "ExtensionOrder": [],
    "IOVPreferred": False,
    "MaxNumMACAddress": 1024,  # UNVERIFIED: the number that switches show
    "Notes": [],
    "TeamingEnabled": False,
    "VLANConnection": [],
}
_SINCE_2016: Mapping[str, Value] = {"PacketDirectEnabled": False}


def switch_defaults(profile: Profile) -> Mapping[str, Value]:
    """The default values of Msvm_VirtualEthernetSwitchSettingData in a release."""
    return {**_COMMON, **_SINCE_2016} if profile.has(Release.WS2016) else _COMMON
