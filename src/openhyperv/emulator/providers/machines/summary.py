"""Facts about many VMs in one call, and pictures of their screens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.guests.machine import Guest, GuestError
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.machines.summary import TELLERS, THUMBNAIL_SIZES
from openhyperv.emulator.host.machines.systems import Place
from openhyperv.emulator.host.shielding.console import check_console, hides_console
from openhyperv.emulator.providers.machines.define import SERVICE
from openhyperv.emulator.providers.machines.finding import system_settings_at, wanted_configuration
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Scalar, Value

_SUMMARY = "Msvm_SummaryInformation"
LARGEST_PICTURE_PIXELS = 1920 * 1200


class SummaryProvider:
    """GetSummaryInformation and GetVirtualSystemThumbnailImage."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @method(SERVICE, "GetSummaryInformation")
    def summary(self, call: Call) -> Result:
        """What was asked for, of the given VMs and snapshots in their order, or of every VM."""
        asked = call["RequestedInformation"]
        codes = [code for code in asked if isinstance(code, int)] if isinstance(asked, list | tuple) else []
        if not codes:
            raise MethodFailure(Code.INVALID_PARAMETER, "RequestedInformation is empty.")
        found = [self._summary(place, codes) for place in self._places(call["SettingData"])]
        return Result(Code.COMPLETED, {"SummaryInformation": found})

    def _places(self, references: Value) -> Iterator[Place | None]:
        if not isinstance(references, list | tuple) or not references:
            return (Place(system, system.configuration, "") for system in self._host.systems)
        return (self._place(reference) for reference in references)

    def _place(self, reference: Scalar | None) -> Place | None:
        return system_settings_at(self._host, reference) if isinstance(reference, ObjectPath) else None

    def _summary(self, place: Place | None, codes: Sequence[int]) -> Instance:
        values: dict[str, Value] = {}
        if place is None:
            return Instance(_SUMMARY, values)
        for code in codes:
            if code in TELLERS:
                name, tell = TELLERS[code]
                values[name] = tell(self._host, place)
            elif code in THUMBNAIL_SIZES and not hides_console(place.configuration, self._host.profile):
                values |= _thumbnail(place, *THUMBNAIL_SIZES[code])
        return Instance(_SUMMARY, values)

    @method(SERVICE, "GetVirtualSystemThumbnailImage")
    def thumbnail(self, call: Call) -> Result:
        """The screen of a running VM: RGB565, little-endian, rows from the top."""
        place = wanted_configuration(self._host, call["TargetSystem"])
        width, height = call["WidthPixels"], call["HeightPixels"]
        if not isinstance(width, int) or not isinstance(height, int) or not _is_sensible(width, height):
            raise MethodFailure(Code.INVALID_PARAMETER, "WidthPixels and HeightPixels are wrong.")
        check_console(place.configuration, self._host.profile)
        guest = _guest(place)
        if guest is None:
            raise MethodFailure(Code.INVALID_STATE, "Only a running VM has a screen.")
        return Result(Code.COMPLETED, {"ImageData": _picture(guest, width, height)})


def _is_sensible(width: int, height: int) -> bool:
    return width > 0 and height > 0 and width * height <= LARGEST_PICTURE_PIXELS


def _guest(place: Place) -> Guest | None:
    session = None if place.is_snapshot else place.system.session
    return session.guest if session else None


def _picture(guest: Guest, width: int, height: int) -> list[Scalar | None]:
    try:
        return list(guest.screen(width, height))
    except GuestError as error:
        raise MethodFailure(Code.FAILED, str(error)) from error


def _thumbnail(place: Place, width: int, height: int) -> dict[str, Value]:
    guest = _guest(place)
    if guest is None:
        return {}
    picture = _picture(guest, width, height)
    return {"ThumbnailImage": picture, "ThumbnailImageWidth": width, "ThumbnailImageHeight": height}
