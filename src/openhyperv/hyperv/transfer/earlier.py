"""What is on a host already of a machine to be imported: another machine, or an earlier run's work."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.names import SYSTEM_SETTINGS
from openhyperv.hyperv.transfer.new_identity import NewIdentity
from openhyperv.hyperv.values import text
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import equal, select

_REALIZED, _PLANNED = "Microsoft:Hyper-V:System:Realized", "Microsoft:Hyper-V:System:Planned"
_COLUMNS = ("InstanceID", "ElementName", "VirtualSystemType", "ConfigurationDataRoot")


@frozen
class Present:
    """A machine of the host; ``is_in_folder`` where its files are those of the folder looked at."""

    guid: str
    name: str
    is_planned: bool
    is_in_folder: bool


def look_for(session: Session, folder: WindowsPath, guid: str, name: str | None) -> list[Present]:
    """The machines, planned ones too, in a folder, of a GUID, or of a name, in one query."""
    # UNVERIFIED: a planned machine's data root is the folder that it is imported from
    condition = equal("ConfigurationDataRoot", str(folder)) | equal("InstanceID", f"Microsoft:{guid}")
    if name is not None:
        condition |= equal("ElementName", name)
    query = select(SYSTEM_SETTINGS, *_COLUMNS).where(condition)
    return [_present(row, folder) for row in session.query(query) if _is_machine(row)]


def _is_machine(row: Instance) -> bool:
    return text(row, "VirtualSystemType") in (_REALIZED, _PLANNED)


def _present(row: Instance, folder: WindowsPath) -> Present:
    root = text(row, "ConfigurationDataRoot").rstrip("\\")
    return Present(
        guid=text(row, "InstanceID").removeprefix("Microsoft:").upper(),
        name=text(row, "ElementName"),
        is_planned=text(row, "VirtualSystemType") == _PLANNED,
        is_in_folder=root.lower() == str(folder).lower(),
    )


def arrived(machines: Sequence[Present], guid: str, identity: NewIdentity | None) -> str | None:
    """The GUID of the one that an earlier run of the same import has made of the machine ``guid``, if any.

    :raises ConflictError: another machine is in the way
    """
    found: str | None = None
    for machine in machines:
        is_original = machine.guid == guid
        if machine.is_in_folder and is_original is (identity is None):
            found = machine.guid
        elif machine.is_in_folder:
            raise _in_the_way(machine, f"The machine {machine.name} is in that folder.", "Import a copy.")
        elif identity is None:
            message = f"The machine {machine.name} has the identifier of the one to be imported."
            raise _in_the_way(machine, message, "Import it with a new identifier.")
        elif identity.name is not None and machine.name.lower() == identity.name.lower():
            raise _in_the_way(machine, "There is a machine of that name already.", "Choose another name.")
    return found


def _in_the_way(machine: Present, message: str, remedy: str) -> ConflictError:
    return ConflictError(message, target=machine.guid, remedy=remedy, operation="import")
