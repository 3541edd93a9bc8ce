"""Extensions of virtual switches: which a host has installed, and which of them each switch runs.

GUIDs and names as hosts print them (Get-VMSwitchExtension, Get-HnsNetwork); that of the capturing extension
changed between Windows Server 2019 and 2022.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from attrs import frozen

from openhyperv.cim.release import Release
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.switches.switch import SWITCH, Switch
from openhyperv.wire.path import ObjectPath

EXTENSION = "Msvm_EthernetSwitchExtension"


class ExtensionType(IntEnum):
    """Msvm_EthernetSwitchExtension.ExtensionType."""

    CAPTURE = 1
    FILTER = 2
    FORWARDING = 3
    MONITORING = 4
    NATIVE = 5


@frozen
class Extension:
    """One installed extension; ``is_enabled`` tells whether a new switch runs it."""

    guid: str
    name: str
    description: str
    type: ExtensionType
    is_enabled: bool
    since: Release = Release.WS2012
    until: Release = Release.WS2025

    def exists_in(self, release: Release) -> bool:
        """True where that release of Windows has this extension."""
        return self.since <= release <= self.until

    def runs_on(self, switch: Switch) -> bool:
        """True where a switch runs it."""
        return switch.extensions.get(self.guid, self.is_enabled)

    def path_on(self, switch_guid: str) -> ObjectPath:
        """The extension as one of a switch's."""
        return ObjectPath(
            EXTENSION,
            {
                "CreationClassName": EXTENSION,
                "Name": self.guid,
                "SystemCreationClassName": SWITCH,
                "SystemName": switch_guid,
            },
        )


NATIVE = Extension(
    guid="11EC6134-128A-4A23-B12F-164184B48348",
    name="Microsoft Virtual Ethernet Switch Native Extension",
    description="Microsoft Virtual Ethernet Switch Native Extension",
    type=ExtensionType.NATIVE,
    is_enabled=True,
)
"""The switch itself, which port features belong to. It is installed, but no switch lists it."""
_CAPTURE = "Microsoft NDIS Capture"
_CAPTURE_DRIVER = "Microsoft NDIS Packet Capture Filter Driver"
_OF_SWITCHES = (
    Extension(
        guid="EA24CD6C-D17A-4348-9190-09F0D5BE83DD",
        name=_CAPTURE,
        description=_CAPTURE_DRIVER,
        type=ExtensionType.CAPTURE,
        is_enabled=False,
        until=Release.WS2019,
    ),
    Extension(
        guid="430BDADD-BAB0-41AB-A369-94B67FA5BE0A",
        name=_CAPTURE,
        description=_CAPTURE_DRIVER,
        type=ExtensionType.CAPTURE,
        is_enabled=False,
        since=Release.WS2022,
    ),
    Extension(
        guid="E7C3B2F0-F3C5-48DF-AF2B-10FED6D72E7A",
        name="Microsoft Windows Filtering Platform",
        description="Microsoft Windows Filtering Platform",
        type=ExtensionType.FILTER,
        is_enabled=True,  # UNVERIFIED: that new switches run the filtering platform
    ),
)


def extensions_of_switches(profile: Profile) -> Iterator[Extension]:
    """What every switch of a release can run, nearest to the protocol edge first."""
    return (extension for extension in _OF_SWITCHES if extension.exists_in(profile.release))


def installed_extensions(profile: Profile) -> Iterator[Extension]:
    """What a host of a release has installed."""
    yield NATIVE
    yield from extensions_of_switches(profile)


def extension_order(profile: Profile, switch_guid: str, host_name: str) -> list[str]:
    """ExtensionOrder of a new switch: the paths of its extensions."""
    return [str(e.path_on(switch_guid).on(host_name)) for e in extensions_of_switches(profile)]
