"""The boot order of a machine as entries that people can name. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum

from attrs import frozen

from openhyperv.errors import InvalidInputError, NotFoundError
from openhyperv.hyperv import settings
from openhyperv.hyperv.disks.placing import slot_text
from openhyperv.hyperv.reconfiguring.boot_list import listed
from openhyperv.hyperv.reconfiguring.present import Present
from openhyperv.hyperv.values import entries
from openhyperv.machine.boot import BootDevice
from openhyperv.machine.spec import Generation


class BootKind(StrEnum):
    """What is tried: a class of devices in generation 1, one device or boot file in generation 2."""

    CLASS = "class"
    DISK = "disk"
    DVD = "dvd"
    NETWORK = "network"
    OTHER = "other"


@frozen
class BootEntry:
    """One entry. ``name`` is what it goes by: a class of devices, a slot such as ``scsi:0:0``, an adapter's
    name, or the entry's own key; ``detail`` is the file in a drive.
    """

    key: str
    kind: BootKind
    name: str
    detail: str = ""

    def is_called(self, name: str) -> bool:
        """True for its name, the path of the file in it, or that file's bare name; in any case."""
        file = self.detail.lower()
        return name.lower() in (self.name.lower(), *((file, file.rpartition("\\")[2]) if file else ()))


_CLASS_NAMES = {device: device.name.lower().replace("_", "-") for device in BootDevice}


def boot_entries(present: Present) -> list[BootEntry]:
    """The entries in the order in which they are tried."""
    if present.storage.generation is Generation.ONE:
        numbers = [each for each in entries(present.system.get("BootOrder")) if isinstance(each, int)]
        names = {device.value: name for device, name in _CLASS_NAMES.items()}
        return [BootEntry(str(each), BootKind.CLASS, names.get(each, f"{each}")) for each in numbers]
    known = {entry.key.upper(): entry for entry in _devices(present)}
    return [known.get(key.upper(), BootEntry(key, BootKind.OTHER, key)) for key in listed(present.system)]


def _devices(present: Present) -> Iterator[BootEntry]:
    for drive in present.storage.drives:
        kind = BootKind.DVD if drive.is_dvd else BootKind.DISK
        yield BootEntry(settings.boot_source_id(drive.key), kind, slot_text(drive.slot), drive.file or "")
    for name, key in present.adapters().items():
        yield BootEntry(settings.boot_source_id(key), BootKind.NETWORK, name)


def in_order(present: Sequence[BootEntry], names: Sequence[str]) -> list[BootEntry]:
    """The entries of those names first, then the others as they are.

    :raises NotFoundError: there is no such entry
    :raises InvalidInputError: several go by that name, or one is named twice
    """
    first = [_named(present, name) for name in names]
    if len({entry.key for entry in first}) < len(first):
        raise InvalidInputError("One device is named twice.", target=", ".join(names))
    return [*first, *(entry for entry in present if entry not in first)]


def _named(present: Sequence[BootEntry], name: str) -> BootEntry:
    found = [entry for entry in present if entry.is_called(name)]
    if not found:
        known = ", ".join(entry.name for entry in present)
        raise NotFoundError("The machine boots from no such device.", target=name, remedy=f"It has {known}.")
    if len(found) > 1:
        raise InvalidInputError(f"Several go by that name: {', '.join(e.name for e in found)}.", target=name)
    return found[0]
