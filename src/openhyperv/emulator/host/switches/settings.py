"""Checking a virtual switch's own settings, as DefineSystem and ModifySystemSettings take them."""

from __future__ import annotations

from collections.abc import Mapping

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.profile import Profile
from openhyperv.wire.types import Value

_OF_THE_HOST = frozenset(
    {"InstanceID", "VirtualSystemIdentifier", "VirtualSystemType", "ConfigurationID", "CreationTime"}
)
"""Properties that the host sets; clients send them back all the same."""
_FOR_LIFE = ("IOVPreferred", "BandwidthReservationMode", "TeamingEnabled", "PacketDirectEnabled")
"""Properties that Set-VMSwitch documents as chosen when the switch is made."""
_HIGHEST_BANDWIDTH_MODE = 3


def client_values(settings: Mapping[str, Value], profile: Profile) -> dict[str, Value]:
    """What a client's settings say, checked.

    :raises MethodFailure: with 32773, a value that no switch of this release takes
    """
    values: dict[str, Value] = {n: v for n, v in settings.items() if n not in _OF_THE_HOST and v is not None}
    mode = values.get("BandwidthReservationMode", 0)
    if not isinstance(mode, int) or mode > _HIGHEST_BANDWIDTH_MODE:
        raise MethodFailure(Code.INVALID_PARAMETER, f"BandwidthReservationMode must be 0 to 3, not {mode}.")
    if values.get("TeamingEnabled") is True and not profile.has(Release.WS2016):
        raise MethodFailure(Code.INVALID_PARAMETER, "Embedded teaming came with Windows Server 2016.")
    if values.get("ElementName") == "":
        raise MethodFailure(Code.INVALID_PARAMETER, "A switch needs a name.")
    return values


def change_values(configuration: Configuration, values: Mapping[str, Value]) -> None:
    """Change a switch's settings.

    :raises MethodFailure: with 32773, something that was decided when the switch was made, or an order of
        extensions that are not the switch's
    """
    for name in _FOR_LIFE:
        if name in values and values[name] != configuration.value(name):
            # UNVERIFIED: the code for changing what is fixed for the life of a switch
            raise MethodFailure(Code.INVALID_PARAMETER, f"{name} cannot be changed.")
    if "ExtensionOrder" in values:
        _check_order(configuration.value("ExtensionOrder"), values["ExtensionOrder"])
    configuration.values.update(values)


def _check_order(present: Value, wanted: Value) -> None:
    if _sorted_paths(present) != _sorted_paths(wanted):
        # UNVERIFIED: the code for an order that leaves an extension out or names another one
        raise MethodFailure(Code.INVALID_PARAMETER, "ExtensionOrder must list the switch's extensions.")


def _sorted_paths(texts: Value) -> list[str]:
    return sorted(str(text).lower() for text in texts) if isinstance(texts, list | tuple) else []
