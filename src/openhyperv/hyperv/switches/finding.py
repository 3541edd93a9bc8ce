"""Virtual switches, by name or by GUID."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.hyperv.names import is_guid
from openhyperv.hyperv.switches.names import SWITCH, SWITCH_SETTINGS
from openhyperv.hyperv.switches.settings import OwnSettings, read_own
from openhyperv.hyperv.values import text
from openhyperv.machine.switch import BandwidthMode
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.wql import Condition, equal, select


@frozen
class VirtualSwitch:
    """A switch; its GUID stays when it is renamed.

    ``bandwidth_mode`` is never the default, but what that comes to.
    """

    guid: str
    name: str
    bandwidth_mode: BandwidthMode


_COLUMNS = ("VirtualSystemIdentifier", "ElementName", "BandwidthReservationMode", "IOVPreferred")


def list_switches(session: Session, condition: Condition | None = None) -> Iterator[VirtualSwitch]:
    """Every switch of the host, or those whose settings fit, in one query."""
    query = select(SWITCH_SETTINGS, *_COLUMNS)
    rows = session.query(query if condition is None else query.where(condition))
    return map(virtual_switch, rows)


def virtual_switch(settings: Instance) -> VirtualSwitch:
    """The switch with these settings."""
    own = read_own(settings)
    return VirtualSwitch(own.guid, own.name, own.settled_bandwidth_mode)


def switch_path(guid: str) -> ObjectPath:
    """A switch by its GUID."""
    return ObjectPath(SWITCH, {"CreationClassName": SWITCH, "Name": guid})


def find_switch(session: Session, name_or_guid: str) -> ObjectPath:
    """A switch by GUID, which is taken at its word, or by name, which takes a query.

    :raises NotFoundError: no switch has that name
    :raises ConflictError: several have; name it by its GUID
    """
    if is_guid(name_or_guid):
        return switch_path(name_or_guid)
    query = select(SWITCH, "Name").where(equal("ElementName", name_or_guid))
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


def find_own(session: Session, name_or_guid: str, free_name: str | None = None) -> OwnSettings:
    """A switch's own settings, in one query, which tells as well whether ``free_name`` is not another's.

    Where no switch has the name that is asked for, and one has the other, an earlier run may have renamed it:
    it is told then, by its new name.

    :raises NotFoundError: there is no such switch
    :raises ConflictError: several have that name, or another has the one that should be free
    """
    condition: Condition = equal(
        "VirtualSystemIdentifier" if is_guid(name_or_guid) else "ElementName", name_or_guid
    )
    if free_name is not None:
        condition = condition | equal("ElementName", free_name)
    found = [read_own(row) for row in session.query(select(SWITCH_SETTINGS).where(condition))]
    meant = [own for own in found if name_or_guid.lower() in (own.guid.lower(), own.name.lower())]
    if not meant and len(found) == 1 and not is_guid(name_or_guid):
        return found[0]
    guid = str(only_switch(session, name_or_guid, [own.guid for own in meant]).key("Name")).upper()
    own = next((each for each in meant if each.guid == guid), None)
    if own is None:
        raise NotFoundError("There is no such virtual switch.", host=session.host, target=name_or_guid)
    if len(found) > 1:
        raise ConflictError("Another virtual switch has that name.", host=session.host, target=free_name)
    return own
