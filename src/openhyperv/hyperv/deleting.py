"""Deleting a machine with everything it owned, and nothing else."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, InvalidInputError
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.names import SYSTEM_SERVICE, system, system_settings
from openhyperv.hyperv.states import RequestedState
from openhyperv.hyperv.values import text
from openhyperv.wire.types import Value


def delete_machine(session: Session, share: HostFiles, layout: Layout, guid: str) -> None:
    """Turn the machine off, remove it with its checkpoints, then its folder if that is one of ours.

    Disks outside that folder, which the machine only used, stay.

    :raises NotFoundError: there is no such machine
    """
    folder = _folder(session, layout, guid)
    _turn_off(session, guid)
    session.run(SYSTEM_SERVICE, "DestroySystem", {"AffectedSystem": system(guid)})
    if folder is not None:
        share.remove_tree(folder)


def _turn_off(session: Session, guid: str) -> None:
    """A machine that is off already answers with a conflict; one that is not will refuse to be destroyed."""
    arguments: dict[str, Value] = {"RequestedState": RequestedState.OFF.value}
    try:
        session.run(system(guid), "RequestStateChange", arguments)
    except ConflictError:
        return


def _folder(session: Session, layout: Layout, guid: str) -> WindowsPath | None:
    """The machine's folder, if this library made it."""
    settings = session.get(system_settings(guid))
    try:
        folder = WindowsPath.parse(text(settings, "ConfigurationDataRoot"))
    except InvalidInputError:
        return None
    return folder if layout.owns(folder) else None
