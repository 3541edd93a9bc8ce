"""Virtual switches, by name or by GUID."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.hyperv.names import is_guid
from openhyperv.hyperv.values import text
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import equal, select

_SWITCH = "Msvm_VirtualEthernetSwitch"


@frozen
class VirtualSwitch:
    """A switch; its GUID stays when it is renamed."""

    guid: str
    name: str


def list_switches(session: Session) -> Iterator[VirtualSwitch]:
    """Every switch of the host, in one query."""
    for row in session.query(select(_SWITCH, "Name", "ElementName")):
        yield VirtualSwitch(text(row, "Name").upper(), text(row, "ElementName"))


def switch_path(guid: str) -> ObjectPath:
    """A switch by its GUID."""
    return ObjectPath(_SWITCH, {"CreationClassName": _SWITCH, "Name": guid})


def find_switch(session: Session, name_or_guid: str) -> ObjectPath:
    """A switch by GUID, which is taken at its word, or by name, which takes a query.

    :raises NotFoundError: no switch has that name
    :raises ConflictError: several have; name it by its GUID
    """
    if is_guid(name_or_guid):
        return switch_path(name_or_guid)
    query = select(_SWITCH, "Name").where(equal("ElementName", name_or_guid))
    return only_switch(session, name_or_guid, [text(row, "Name") for row in session.query(query)])


def only_switch(session: Session, name_or_guid: str, guids: Sequence[str]) -> ObjectPath:
    """The switch that is meant: by GUID, or the only one of those that have the name.

    :raises NotFoundError: no switch has that name
    :raises ConflictError: several have; name it by its GUID
    """
    if is_guid(name_or_guid):
        return switch_path(name_or_guid)
    if not guids:
        raise NotFoundError("There is no such virtual switch.", host=session.host, target=name_or_guid)
    if len(guids) > 1:
        raise ConflictError(
            f"Several virtual switches have that name: {', '.join(sorted(guids))}.",
            host=session.host,
            target=name_or_guid,
            remedy="Name the switch by its GUID.",
        )
    return switch_path(guids[0])
