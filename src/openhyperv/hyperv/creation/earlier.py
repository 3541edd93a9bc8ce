"""What there is already where a machine is to be created: what an earlier run made, or another machine."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.creation.notes import is_of, is_unfinished
from openhyperv.hyperv.names import SYSTEM_SETTINGS
from openhyperv.hyperv.values import text, texts
from openhyperv.machine.spec import MachineSpec
from openhyperv.wire.instance import Instance
from openhyperv.wire.wql import equal, select

_REALIZED = "Microsoft:Hyper-V:System:Realized"
"""VirtualSystemType of machines that are neither planned nor checkpoints."""
_COLUMNS = ("InstanceID", "ElementName", "Notes", "ConfigurationDataRoot")


@frozen
class Earlier:
    """A machine of the identity that is to be created, finished or not."""

    guid: str
    name: str
    is_unfinished: bool


def find_earlier(
    machines: Sequence[Instance], spec: MachineSpec, folder: WindowsPath, *, shares_name: bool = False
) -> Earlier | None:
    """What an earlier run has made of the same machine, among those of its name or in its folder.

    A machine of another identity is never taken for it, whatever its name.

    :raises ConflictError: another machine has that name, unless ``shares_name``, or the folder; or this one
        goes by another name now
    """
    own = [row for row in machines if is_of(texts(row, "Notes"), spec.identity)]
    others = [row for row in machines if row not in own]
    _check_others(others, folder, shares_name=shares_name)
    return _earlier(own[0], spec, folder) if own else None


def find_machine(session: Session, identity: UUID, folder: WindowsPath) -> str | None:
    """The GUID of the machine of that identity in its folder, finished or not."""
    query = select(SYSTEM_SETTINGS, *_COLUMNS).where(
        equal("VirtualSystemType", _REALIZED) & equal("ConfigurationDataRoot", str(folder))
    )
    return next((_guid(row) for row in session.query(query) if is_of(texts(row, "Notes"), identity)), None)


def _earlier(row: Instance, spec: MachineSpec, folder: WindowsPath) -> Earlier:
    """
    :raises ConflictError: it was renamed, or moved before it was finished
    """
    found = Earlier(_guid(row), text(row, "ElementName"), is_unfinished(texts(row, "Notes")))
    if found.name.lower() != spec.name.lower():
        raise ConflictError(
            f"The machine of that identity is called {found.name} now.",
            target=spec.name,
            remedy="Give the new machine an identity of its own.",
        )
    if found.is_unfinished and not _is_in(row, folder):
        raise ConflictError(
            "There is an unfinished machine of that identity, whose files are not where they should be.",
            target=found.guid,
            remedy="Look at the machine, and delete it.",
        )
    return found


def _check_others(rows: Sequence[Instance], folder: WindowsPath, *, shares_name: bool) -> None:
    for row in rows:
        if _is_in(row, folder):
            raise ConflictError(
                f"The machine {text(row, 'ElementName')} is in that folder.", target=str(folder)
            )
        if not shares_name:
            raise _name_taken(row)


def _name_taken(row: Instance) -> ConflictError:
    if is_unfinished(texts(row, "Notes")):
        message = "A machine of that name was begun, and has not been finished."
        remedy = "Repeat what began it, or delete it."
    else:
        message = "There is a machine of that name already."
        remedy = (
            "Choose another name, or give the new machine an identity of its own to have two of that name."
        )
    return ConflictError(message, target=f"{text(row, 'ElementName')} ({_guid(row)})", remedy=remedy)


def _is_in(row: Instance, folder: WindowsPath) -> bool:
    return text(row, "ConfigurationDataRoot").rstrip("\\").lower() == str(folder).lower()


def _guid(row: Instance) -> str:
    return text(row, "InstanceID").removeprefix("Microsoft:").upper()
