"""What a copy of a machine must not share with the machine it was copied from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID, uuid4

from attrs import frozen

from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.names import RESOURCE_SETTINGS, SERIAL_PORT_SETTINGS, SYSTEM_SETTINGS
from openhyperv.hyperv.transfer.fitting import CONNECTION, changed
from openhyperv.hyperv.values import text, texts
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_ADAPTERS = ("Msvm_SyntheticEthernetPortSettingData", "Msvm_EmulatedEthernetPortSettingData")
_ROOTS = ("ConfigurationDataRoot", "SnapshotDataRoot", "SwapFileDataRoot")
_ENDINGS = ("_rw", "_ro")


@frozen
class NewIdentity:
    """Who the copy is: its identity (first line of its notes), the folder of all its files, and its name.

    Without a name it is called as it was.
    """

    identity: UUID
    folder: WindowsPath
    name: str | None = None

    def system_settings(self, present: Instance, *, is_saved: bool) -> Instance:
        """The machine as a whole.

        Guests tell machines apart by the GUID in the firmware; it does not change under one that goes on from
        its memory.
        """
        values: dict[str, Value] = {
            "InstanceID": text(present, "InstanceID"),
            "ElementName": self.name or text(present, "ElementName"),
            "Notes": [str(self.identity), *_remarks(texts(present, "Notes"))],
            **dict.fromkeys(_ROOTS, str(self.folder)),
        }
        if not is_saved:
            values["BIOSGUID"] = f"{{{uuid4()}}}".upper()
        return Instance(SYSTEM_SETTINGS, values)

    def device_changes(self, devices: Sequence[Instance], *, is_saved: bool) -> Iterator[Instance]:
        """Addresses that the host is to give anew, and pipes of serial ports.

        A guest that goes on from its memory keeps its addresses, which cannot change under it; such a copy
        is off the network instead.
        """
        for device in devices:
            if device.class_name in _ADAPTERS and not is_saved:
                # UNVERIFIED: an adapter whose address is taken back gets one of the host's own at its start
                yield changed(device, StaticMacAddress=False, Address="")
            elif device.class_name == CONNECTION and is_saved:
                yield changed(device, HostResource=[])
            elif device.class_name in (SERIAL_PORT_SETTINGS, RESOURCE_SETTINGS):
                yield from self._pipe(device)

    def _pipe(self, port: Instance) -> Iterator[Instance]:
        """The serial port's pipe, if it has one, named after the copy."""
        pipe = next(iter(texts(port, "Connection")), "")
        if pipe:
            number = int(text(port, "InstanceID").rpartition("\\")[2]) + 1
            ending = pipe[-3:].lower() if pipe[-3:].lower() in _ENDINGS else f"_com{number}"
            yield changed(port, Connection=[rf"\\.\pipe\{self.identity}{ending}"])


def _remarks(notes: tuple[str, ...]) -> list[str]:
    """What notes say besides an identity."""
    return list(notes[1:] if notes and _is_uuid(notes[0]) else notes)


def _is_uuid(line: str) -> bool:
    try:
        UUID(line)
    except ValueError:
        return False
    return True
