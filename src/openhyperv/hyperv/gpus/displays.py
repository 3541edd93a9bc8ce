"""The displays of a machine: the plain one, or that of RemoteFX in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve, frozen

from openhyperv.cim.session import Session
from openhyperv.errors import HyperVError
from openhyperv.hyperv.components import device_settings
from openhyperv.hyperv.device_changes import add_devices, change_devices, remove_devices
from openhyperv.hyperv.facts import host_version
from openhyperv.hyperv.gpus import settings
from openhyperv.hyperv.gpus.sharing import check_remotefx
from openhyperv.hyperv.names import setting
from openhyperv.hyperv.values import number, text
from openhyperv.machine.graphics import RemoteFx, Resolution
from openhyperv.machine.host_version import WINDOWS_2016
from openhyperv.machine.rules.remotefx import check_display
from openhyperv.machine.spec import Generation
from openhyperv.wire.instance import Instance

_MIB = 1 << 20


@frozen
class Displays:
    """The settings of the displays that a machine has; only generation 1 has an emulated ``s3`` one."""

    plain: Instance | None
    display_3d: Instance | None
    s3: Instance | None

    @property
    def generation(self) -> Generation:
        """Generation 2 has no emulated devices."""
        return Generation.TWO if self.s3 is None else Generation.ONE

    @property
    def remotefx(self) -> RemoteFx | None:
        """Its RemoteFX display."""
        if self.display_3d is None:
            return None
        return RemoteFx(
            Resolution(number(self.display_3d, "MaximumScreenResolution")),
            number(self.display_3d, "MaximumMonitors"),
            number(self.display_3d, "VRAMSizeBytes") // _MIB or None,
        )

    def _is_as_asked(self, display: RemoteFx) -> bool:
        """True where RemoteFX shows that already; video memory that is not said is as the host chose it."""
        present = self.remotefx
        if present is not None and display.vram_mb is None:
            present = evolve(present, vram_mb=None)
        return present == display

    def changes_to(self, guid: str, display: RemoteFx | None) -> Iterator[Instance]:
        """What of the displays that stay has to change, for RemoteFX or for the plain display."""
        if display is not None and self.display_3d is not None and not self._is_as_asked(display):
            changed = settings.remotefx_display(display)
            yield changed.with_values({"InstanceID": text(self.display_3d, "InstanceID")})
        s3 = settings.s3_display(guid, has_remotefx=display is not None)
        if self.s3 is not None and text(self.s3, "Address") != s3["Address"]:
            yield s3


def read_displays(session: Session, guid: str) -> Displays:
    """What a machine has, in one query."""
    return displays_among(device_settings(session, guid))


def displays_among(rows: Iterable[Instance]) -> Displays:
    """The displays among a machine's settings."""
    by_subtype = {text(row, "ResourceSubType"): row for row in rows}
    return Displays(
        by_subtype.get(settings.DISPLAY_SUBTYPE),
        by_subtype.get(settings.DISPLAY_3D_SUBTYPE),
        by_subtype.get(settings.S3_SUBTYPE),
    )


def enable_remotefx(session: Session, guid: str, display: RemoteFx) -> None:
    """Put a RemoteFX display in the place of the plain one, or change it."""
    version = host_version(session)
    check_remotefx(session, version)
    present = read_displays(session, guid)
    check_display(display, present.generation, version)
    _remove(session, guid, present.plain)
    if present.display_3d is None:
        _add_or_restore(session, guid, display, is_2016=version >= WINDOWS_2016)
    _modify(session, guid, list(present.changes_to(guid, display)))


def _add_or_restore(session: Session, guid: str, display: RemoteFx, *, is_2016: bool) -> None:
    """A host that refuses the display leaves the machine with the plain one, not with none."""
    try:
        add_devices(session, guid, [settings.remotefx_display(display)])
    except HyperVError as error:
        if not error.outcome_unknown:
            add_devices(session, guid, [settings.plain_display(is_2016=is_2016)])
        raise


def disable_remotefx(session: Session, guid: str) -> bool:
    """Restore the plain display; False where there was no other."""
    present = read_displays(session, guid)
    _remove(session, guid, present.display_3d)
    if present.plain is None:
        add_devices(session, guid, [settings.plain_display(is_2016=host_version(session) >= WINDOWS_2016)])
    _modify(session, guid, list(present.changes_to(guid, None)))
    return present.display_3d is not None


def _remove(session: Session, guid: str, display: Instance | None) -> None:
    if display is not None:
        remove_devices(session, guid, [setting(display.class_name, text(display, "InstanceID"))])


def _modify(session: Session, guid: str, changes: Sequence[Instance]) -> None:
    if changes:
        change_devices(session, guid, changes)
