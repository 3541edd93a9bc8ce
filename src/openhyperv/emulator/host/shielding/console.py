"""What a shielded machine keeps from its host's operators before Windows Server 2019: screen and keyboard."""

from __future__ import annotations

from openhyperv.cim.release import Release
from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.profile import Profile


def hides_console(configuration: Configuration, profile: Profile) -> bool:
    """True for a shielded machine on Windows Server 2016.

    Microsoft, "Guarded fabric and shielded VMs overview": Windows Server version 1803 opened them again.
    """
    return configuration.is_shielded and not profile.has(Release.WS2019)


def check_console(configuration: Configuration, profile: Profile) -> None:
    """Refuse a screen and a keyboard that are hidden.

    :raises MethodFailure: 32769
    """
    if hides_console(configuration, profile):
        # UNVERIFIED: how the methods refuse
        raise MethodFailure(Code.ACCESS_DENIED, "The VM is shielded.")
