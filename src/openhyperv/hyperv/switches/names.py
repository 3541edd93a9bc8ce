"""How Hyper-V names what virtual switches are made of."""

from __future__ import annotations

from openhyperv.errors import InvalidInputError
from openhyperv.hyperv.names import COMPUTER_SYSTEM, service, setting
from openhyperv.wire.path import ObjectPath, parse_path

SWITCH_SERVICE = service("Msvm_VirtualEthernetSwitchManagementService")
SWITCH = "Msvm_VirtualEthernetSwitch"
SWITCH_SETTINGS = "Msvm_VirtualEthernetSwitchSettingData"
EXTERNAL_PORT = "Msvm_ExternalEthernetPort"
_CARDS = {EXTERNAL_PORT.lower(), "msvm_wifiport"}
"""Classes of network cards that a switch's port can lead to; those of wireless ones are not offered here."""
TEAM_SETTINGS = "Msvm_VirtualEthernetSwitchNicTeamingSettingData"


def settings_id(guid: str) -> str:
    """The InstanceID of a switch's settings."""
    return f"Microsoft:{guid}"


def settings_path(guid: str) -> ObjectPath:
    """A switch's settings."""
    return setting(SWITCH_SETTINGS, settings_id(guid))


def switch_of(resource: str) -> str | None:
    """The GUID of the switch that a HostResource leads to, upper case; None where it is no switch."""
    path = _parsed(resource)
    is_switch = path is not None and path.class_name.lower() == SWITCH.lower()
    return str(path.key("Name")).upper() if path is not None and is_switch else None


def card_of(resource: str) -> str | None:
    """The GUID of the network card that a HostResource leads to, upper case, without braces; else None."""
    path = _parsed(resource)
    if path is None or path.class_name.lower() not in _CARDS:
        return None
    return card_guid(str(path.key("DeviceID")))


def is_host(resource: str) -> bool:
    """True where a HostResource leads to the host itself."""
    path = _parsed(resource)
    return path is not None and path.class_name.lower() == COMPUTER_SYSTEM.lower()


def card_guid(device_id: str) -> str:
    """The GUID in a card's DeviceID, ``Microsoft:{GUID}``."""
    return device_id.removeprefix("Microsoft:").strip("{}").upper()


def _parsed(resource: str) -> ObjectPath | None:
    try:
        return parse_path(resource)
    except InvalidInputError:
        return None
