"""``machine.boot``: the boot order of one machine."""

from __future__ import annotations

from collections.abc import Sequence

from openhyperv.cim.session import Session
from openhyperv.errors import error_context
from openhyperv.hyperv import settings
from openhyperv.hyperv.boot.entries import BootEntry, BootKind, boot_entries, in_order
from openhyperv.hyperv.changing import change_whole
from openhyperv.hyperv.reconfiguring.present import read_present
from openhyperv.wire.types import Value


class MachineBoot:
    """By class of device for generation 1, by device for generation 2."""

    def __init__(self, session: Session, guid: str) -> None:
        self._session = session
        self._guid = guid

    def order(self) -> list[BootEntry]:
        """What is tried, first to last; two requests at the same time."""
        return boot_entries(read_present(self._session, self._guid))

    def put_first(self, names: Sequence[str]) -> list[BootEntry]:
        """Try the devices of those names first, in that order, and the others as before; returns the order.

        Generation 1 knows ``cd``, ``hard-disk``, ``network`` and ``floppy``. Generation 2 knows drives by
        slot, such as ``scsi:0:0``, or by the file in them, and network adapters by name. Nothing is sent
        where the order is so already.

        :raises NotFoundError: the machine boots from no such device
        :raises ConflictError: the machine is not off
        """
        with error_context(host=self._session.host, operation="set the boot order"):
            present = self.order()
            wanted = in_order(present, names)
            if wanted != present:
                change_whole(self._session, self._guid, _values(wanted))
            return wanted


def _values(order: Sequence[BootEntry]) -> dict[str, Value]:
    if order[0].kind is BootKind.CLASS:
        return {"BootOrder": [int(entry.key) for entry in order]}
    return {"BootSourceOrder": [settings.boot_source_path(entry.key) for entry in order]}
