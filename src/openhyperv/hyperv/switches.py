"""Virtual switches, by name or by GUID."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.hyperv.names import is_guid
from openhyperv.hyperv.values import text
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import Condition, equal, select

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
    return find_switches(session, [name_or_guid])[name_or_guid]


def find_switches(session: Session, names_or_guids: Iterable[str]) -> dict[str, ObjectPath]:
    """Switches as :func:`find_switch` finds them, all those that go by name in one query."""
    wanted = sorted(set(names_or_guids))
    names = [name for name in wanted if not is_guid(name)]
    found: dict[str, list[str]] = {name: [] for name in names}
    if names:
        condition: Condition = reduce(or_, (equal("ElementName", name) for name in names))
        for row in session.query(select(_SWITCH, "Name", "ElementName").where(condition)):
            for name in names:
                if name.lower() == text(row, "ElementName").lower():
                    found[name].append(text(row, "Name"))
    return {
        each: switch_path(each) if is_guid(each) else _only(session, each, found[each]) for each in wanted
    }


def _only(session: Session, name_or_guid: str, guids: list[str]) -> ObjectPath:
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
