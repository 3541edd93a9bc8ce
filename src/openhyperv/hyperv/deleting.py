"""Deleting a machine with everything it owned, and nothing else."""

from __future__ import annotations

from time import sleep

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, HyperVError, InvalidInputError, TransportError
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.layout import Layout
from openhyperv.hyperv.names import SYSTEM_SERVICE, system, system_settings
from openhyperv.hyperv.states import RequestedState
from openhyperv.hyperv.values import text
from openhyperv.transport.deadline import Deadline
from openhyperv.wire.types import Value

_FILES_PATIENCE_S = 10.0
"""How long removing files is tried again: a host lets go of a machine's files a little after it is gone."""
_PAUSE_S = 0.25


def delete_machine(session: Session, share: HostFiles, layout: Layout, guid: str) -> None:
    """Turn the machine off, remove it with its checkpoints, then its folder if that is one of ours.

    Disks outside that folder, which the machine only used, stay.

    :raises NotFoundError: there is no such machine
    """
    read_folder = session.aside(lambda: _folder(session, layout, guid))
    _turn_off(session, guid)
    folder = read_folder()
    destroy(session, guid)
    if folder is not None:
        remove_folder(share, folder)


def _turn_off(session: Session, guid: str) -> None:
    """A machine that is off already answers with a conflict; one that is not will refuse to be destroyed."""
    arguments: dict[str, Value] = {"RequestedState": RequestedState.OFF.value}
    try:
        session.run(system(guid), "RequestStateChange", arguments, target=guid)
    except ConflictError:
        return


def destroy(session: Session, guid: str) -> None:
    """Remove a machine that is off, but no file. If the answer is lost and the machine gone, it was removed.

    :raises ConflictError: it is not off
    """
    try:
        session.run(SYSTEM_SERVICE, "DestroySystem", {"AffectedSystem": system(guid)}, target=guid)
    except HyperVError as error:
        if not error.outcome_unknown or session.find(system(guid)) is not None:
            raise


def remove_folder(share: HostFiles, folder: WindowsPath) -> None:
    """Remove a machine's folder with all that is in it, once the host has let go of it.

    :raises ConflictError: it does not
    """
    patience = Deadline.after(_FILES_PATIENCE_S)
    while True:
        try:
            return share.remove_tree(folder)
        except (ConflictError, TransportError):
            if not patience.remaining_s:
                raise
        sleep(_PAUSE_S)


def _folder(session: Session, layout: Layout, guid: str) -> WindowsPath | None:
    """The machine's folder, if this library made it."""
    settings = session.get(system_settings(guid))
    try:
        folder = WindowsPath.parse(text(settings, "ConfigurationDataRoot"))
    except InvalidInputError:
        return None
    return folder if layout.owns(folder) else None
