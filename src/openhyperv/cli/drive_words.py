"""What stands for a drive on the command line: its slot, or the file in it."""

from __future__ import annotations

import re

import click

from openhyperv.hyperv.disks.drives import Drive
from openhyperv.hyperv.disks.placing import slot_text
from openhyperv.machine.drives import Bus, Slot

_SLOT = re.compile(r"(ide|scsi):(\d{1,3}):(\d{1,3})", re.IGNORECASE)


class SlotWord(click.ParamType[Slot]):
    """``scsi:0:3``: bus, controller and location, counted from 0."""

    name = "BUS:CONTROLLER:LOCATION"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Slot:
        """The slot."""
        if isinstance(value, Slot):
            return value
        match = _SLOT.fullmatch(str(value))
        if match is None:
            self.fail(f"{value!r} is no slot such as scsi:0:3", param, ctx)
        return Slot(Bus(match[1].lower()), int(match[2]), int(match[3]))


class DriveWord(click.ParamType["Slot | str"]):
    """A slot, or a file's path on the host, or its name alone."""

    name = "DRIVE"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Slot | str:
        """A slot where it reads as one."""
        text = str(value)
        return SlotWord().convert(text, param, ctx) if _SLOT.fullmatch(text) else text


slot_option = click.option(
    "--slot", type=SlotWord(), help="Where, such as scsi:0:3; otherwise the host's first free slot."
)


def place(drive: Drive) -> str:
    """A drive's slot, for people."""
    return slot_text(drive.slot)
