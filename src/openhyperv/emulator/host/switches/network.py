"""Network adapters and their connections: MAC addresses, and which switch a connection leads to."""

from __future__ import annotations

import re

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.machines.configuration import Configuration, parent_tail
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.switches.names import SwitchNames
from openhyperv.errors import InvalidInputError
from openhyperv.wire.path import parse_path

_MAC_ADDRESS = re.compile(r"[0-9A-Fa-f]{12}")
_SWITCH = "msvm_virtualethernetswitch"
ENABLED = 2


def check_nic(nic: Resource) -> None:
    """Refuse a static address that is none.

    :raises MethodFailure: with 32773
    """
    address = nic.text("Address")
    if nic.value("StaticMacAddress") is True and not _MAC_ADDRESS.fullmatch(address):
        raise MethodFailure(Code.INVALID_PARAMETER, f"{address!r} is not a MAC address of 12 digits.")


def connect(connection: Resource, configuration: Configuration, switches: SwitchNames) -> None:
    """Check where a connection leads, and note the switch's name and the adapter's.

    :raises MethodFailure: HostResource names no switch of this host
    """
    targets = [text for text in connection.texts("HostResource") if text]
    if targets:
        name = switches.name_of(switch_guid(targets[0]) or "")
        if name is None or len(targets) > 1:
            raise MethodFailure(Code.INVALID_PARAMETER, "HostResource names no virtual switch.")
        if "LastKnownSwitchName" in connection.defaults:
            connection.update({"LastKnownSwitchName": name})
    nic = configuration.resource(parent_tail(connection))
    if nic is not None and "ElementName" not in connection.values:
        connection.update({"ElementName": nic.text("ElementName")})


def switch_guid(path_text: str) -> str | None:
    """The GUID of the switch that a HostResource names; None if it is no path of a switch."""
    try:
        path = parse_path(path_text)
    except InvalidInputError:
        return None
    name = path.key("Name")
    return name if path.class_name.lower() == _SWITCH and isinstance(name, str) else None


def connected_switch(connection: Resource) -> str | None:
    """The GUID of the switch that a connection leads to; None while it is disconnected or disabled."""
    targets = connection.texts("HostResource")
    if not targets or connection.value("EnabledState") != ENABLED:
        return None
    return switch_guid(targets[0])
