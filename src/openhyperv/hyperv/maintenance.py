"""Emptying a host of running machines, and letting the same ones run again.

Which machines those are is kept on the host, so that whoever ends the maintenance need not know who began it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.files.push import push_file
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.summary import MachineListing

_LARGEST_BYTES = 4 * 1024**2


class Rest(StrEnum):
    """How machines are brought to rest."""

    SAVE = "save"
    SHUT_DOWN = "shut-down"


@frozen
class Rested:
    """A machine that rests, or that runs again."""

    guid: str
    name: str


def begin_maintenance(host: Host, rest: Rest, *, timeout_s: float) -> Iterator[Rested]:
    """Bring every running machine to rest, one after the other; each is told when it rests.

    May be repeated: machines that rest already stay noted.

    :raises ConflictError: a machine cannot be saved, or no guest hears; those before it rest, and are noted
    """
    running = [machine for machine in host.machines() if machine.state is MachineState.RUNNING]
    _note(host, [*_noted(host), *(machine.guid for machine in running)])
    for listing in running:
        _bring_to_rest(host, listing, rest, timeout_s)
        yield Rested(listing.guid, listing.name)


def _bring_to_rest(host: Host, listing: MachineListing, rest: Rest, timeout_s: float) -> None:
    machine = host.machine(listing.guid)
    if rest is Rest.SAVE:
        machine.save(timeout_s=timeout_s)
    else:
        machine.shut_down(timeout_s=timeout_s)


def end_maintenance(host: Host, *, timeout_s: float) -> Iterator[Rested]:
    """Start the machines that maintenance brought to rest; those gone or running meanwhile are passed over.

    May be repeated until all run. Nothing happens on a host that is not in maintenance.
    """
    noted = set(_noted(host))
    for listing in [machine for machine in host.machines() if machine.guid in noted]:
        if listing.state in (MachineState.SAVED, MachineState.OFF):
            host.machine(listing.guid).start(timeout_s=timeout_s)
            yield Rested(listing.guid, listing.name)
    host.share.remove(_record(host))


def _record(host: Host) -> WindowsPath:
    return host.layout.root / "maintenance.json"


def _noted(host: Host) -> list[str]:
    """The GUIDs of the machines that rest; none where the host is not in maintenance.

    :raises ConflictError: the record is not what it has to be
    """
    path = _record(host)
    try:
        content = host.share.read(path, limit_bytes=_LARGEST_BYTES)
    except NotFoundError:
        return []
    try:
        guids = json.loads(content)
    except ValueError as error:
        raise _unreadable(host, path) from error
    if not isinstance(guids, list) or not all(isinstance(guid, str) for guid in guids):
        raise _unreadable(host, path)
    return guids


def _unreadable(host: Host, path: WindowsPath) -> ConflictError:
    remedy = "Remove the file, and start the machines that shall run."
    message = "The record of the machines in maintenance cannot be read."
    return ConflictError(message, host=host.session.host, target=str(path), remedy=remedy)


def _note(host: Host, guids: Sequence[str]) -> None:
    with TemporaryDirectory(prefix="hv-") as folder:
        file = Path(folder) / "maintenance.json"
        file.write_text(json.dumps(sorted(set(guids))), "utf-8")
        push_file(host.share, file, _record(host), replace=True)
