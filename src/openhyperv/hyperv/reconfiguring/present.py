"""A machine as it is now, in two readings at the same time: the whole, and its devices."""

from __future__ import annotations

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.components import device_settings
from openhyperv.hyperv.creation.notes import is_of, is_unfinished
from openhyperv.hyperv.disks.drives import Storage, read_storage
from openhyperv.hyperv.names import system_settings
from openhyperv.hyperv.values import text, texts
from openhyperv.hyperv.whole_settings import subtype
from openhyperv.machine.spec import MachineSpec
from openhyperv.wire.instance import Instance


@frozen
class Present:
    """What there is. ``devices`` are settings by their keys in upper case."""

    guid: str
    system: Instance
    devices: dict[str, Instance]
    storage: Storage

    @property
    def folder(self) -> WindowsPath:
        """Where its files are."""
        return WindowsPath.parse(text(self.system, "ConfigurationDataRoot"))

    def device(self, key: str) -> Instance | None:
        """The settings of a device."""
        return self.devices.get(key.upper())

    def adapters(self) -> dict[str, str]:
        """The keys of network adapters by their names."""
        return {
            text(each, "ElementName"): text(each, "InstanceID")
            for each in self.devices.values()
            if each.class_name == "Msvm_SyntheticEthernetPortSettingData"
        }


def read_present(session: Session, guid: str) -> Present:
    """Read a machine.

    :raises NotFoundError: there is none
    """
    read_system = session.aside(lambda: session.get(system_settings(guid)))
    devices = device_settings(session, guid)
    by_key = {text(each, "InstanceID").upper(): each for each in devices}
    return Present(guid, read_system(), by_key, read_storage(devices))


def check_is_meant(present: Present, spec: MachineSpec) -> None:
    """Refuse a specification that is another machine's, or that this one can never become.

    :raises ConflictError: it has another identity or generation, or was never finished
    """
    notes = texts(present.system, "Notes")
    if not is_of(notes, spec.identity):
        raise _refused(present, "The specification is of another machine: its identity is not this one's.")
    if is_unfinished(notes):
        raise _refused(present, "This machine was never finished; repeat what began it.")
    if text(present.system, "VirtualSystemSubType").upper() != subtype(spec.generation).upper():
        raise _refused(present, "The generation of a machine never changes.")


def _refused(present: Present, message: str) -> ConflictError:
    return ConflictError(message, target=present.guid)
