"""Finding an adapter and its cable, by the adapter's name or key, in as few queries as its history allows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_

from attrs import evolve, frozen

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, InvalidInputError, NotFoundError
from openhyperv.hyperv.names import COMPUTER_SYSTEM, is_guid, owner_of, setting
from openhyperv.hyperv.values import number, text, texts
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath, parse_path
from openhyperv.wire.wql import Condition, equal, select

CABLE = "Msvm_EthernetPortAllocationSettingData"
ADAPTER = "Msvm_SyntheticEthernetPortSettingData"
LEGACY_ADAPTER = "Msvm_EmulatedEthernetPortSettingData"
"""That of generation 1, which needs no driver of Hyper-V's."""
ENABLED, DISABLED = 2, 3
"""EnabledState of a cable: one that is disabled connects nothing."""
CABLE_TAIL = "\\C"
_KEY_PREFIX = "Microsoft:"
CABLE_COLUMNS = ("InstanceID", "HostResource", "EnabledState")


@frozen
class Port:
    """An adapter as it is plugged now: ``switch_guid`` is None where it is not.

    ``name`` is what the caller gave, the adapter's name or key. ``adapter_class`` is None where only its key
    is known, which does not tell it.
    """

    name: str
    adapter_id: str
    has_cable: bool = False
    switch_guid: str | None = None
    adapter_class: str | None = ADAPTER

    @property
    def adapter_name(self) -> str | None:
        """The adapter's display name, if that is known."""
        return None if self.name == self.adapter_id else self.name

    @property
    def machine_guid(self) -> str:
        """The machine that the adapter belongs to."""
        return owner_of(self.adapter_id)

    @property
    def cable(self) -> ObjectPath:
        """The cable's settings, which are named after the adapter's."""
        return setting(CABLE, self.adapter_id + CABLE_TAIL)


def read_adapters(session: Session) -> list[Instance]:
    """Name and key of every adapter, of copies in checkpoints too: a query for each class, both at once."""
    read_legacy = session.aside(lambda: _adapters_of(session, LEGACY_ADAPTER))
    return [*_adapters_of(session, ADAPTER), *read_legacy()]


def _adapters_of(session: Session, class_name: str) -> list[Instance]:
    return list(session.query(select(class_name, "InstanceID", "ElementName")))


def cable_of(adapter: str) -> ObjectPath | None:
    """The cable that an adapter has if it has one: its key tells that, its name does not."""
    return setting(CABLE, adapter + CABLE_TAIL) if adapter.startswith(_KEY_PREFIX) else None


def find_port(session: Session, adapter: str) -> Port:
    """An adapter with its cable: by key in one query, by name in one as well where the cable has that name.

    Cables have the name of their adapter where this library or os-win made them; others take two queries
    more, of legacy adapters three, and so do checkpoints, which hold copies of both, one.

    :raises NotFoundError: no machine has such an adapter
    :raises ConflictError: several have; name it by its key
    """
    if adapter.startswith(_KEY_PREFIX):
        return _by_key(session, adapter, adapter)
    query = select(CABLE, *CABLE_COLUMNS).where(equal("ElementName", adapter))
    cables = [row for row in session.query(query) if text(row, "InstanceID").endswith(CABLE_TAIL)]
    cables = _of_machines(session, cables)
    if not cables:
        found = _adapter(session, adapter)
        return evolve(_by_key(session, adapter, text(found, "InstanceID")), adapter_class=found.class_name)
    return port_of_cable(adapter, _only(session, adapter, cables))


def _by_key(session: Session, name: str, adapter_id: str) -> Port:
    if not is_guid(owner_of(adapter_id)):
        raise InvalidInputError("This is no key of a network adapter.", host=session.host, target=name)
    query = select(CABLE, *CABLE_COLUMNS).where(equal("InstanceID", adapter_id + CABLE_TAIL))
    cable = next(session.query(query), None)
    return Port(name, adapter_id, adapter_class=None) if cable is None else port_of_cable(name, cable)


def _adapter(session: Session, name: str) -> Instance:
    """The adapter of that name; legacy ones, which are rare, are asked for where there is no other."""
    for class_name in (ADAPTER, LEGACY_ADAPTER):
        query = select(class_name, "InstanceID").where(equal("ElementName", name))
        adapters = _of_machines(session, list(session.query(query)))
        if adapters:
            return _only(session, name, adapters)
    raise NotFoundError("There is no such network adapter.", host=session.host, target=name)


def adapter_of(session: Session, port: Port) -> ObjectPath:
    """The settings of a port's adapter, of the class that they are; one query where only its key is known."""
    class_name = port.adapter_class
    if class_name is None:
        query = select(LEGACY_ADAPTER, "InstanceID").where(equal("InstanceID", port.adapter_id))
        class_name = ADAPTER if next(session.query(query), None) is None else LEGACY_ADAPTER
    return setting(class_name, port.adapter_id)


def _of_machines(session: Session, found: Sequence[Instance]) -> list[Instance]:
    """Those that belong to machines; where there is one owner only, it is taken at its word."""
    owners = {owner_of(text(each, "InstanceID")).upper() for each in found}
    owners = {owner for owner in owners if is_guid(owner)}
    if len(owners) > 1:
        condition: Condition = reduce(or_, (equal("Name", owner) for owner in sorted(owners)))
        rows = session.query(select(COMPUTER_SYSTEM, "Name").where(condition))
        owners = {text(row, "Name").upper() for row in rows}
    return [each for each in found if owner_of(text(each, "InstanceID")).upper() in owners]


def _only(session: Session, name: str, found: Sequence[Instance]) -> Instance:
    if len(found) > 1:
        keys = ", ".join(sorted(text(each, "InstanceID").removesuffix(CABLE_TAIL) for each in found))
        raise ConflictError(
            f"Several network adapters have that name: {keys}.",
            host=session.host,
            target=name,
            remedy="Name the adapter by its key.",
        )
    return found[0]


def port_of_cable(name: str, cable: Instance) -> Port:
    """The port that a cable of that adapter, read with :data:`CABLE_COLUMNS`, leads to."""
    adapter_id = text(cable, "InstanceID").removesuffix(CABLE_TAIL)
    return Port(name, adapter_id, has_cable=True, switch_guid=switch_of(cable))


def switch_of(cable: Instance) -> str | None:
    """The GUID of the switch that a cable is plugged into."""
    switches = [path for path in texts(cable, "HostResource") if path]
    if not switches or number(cable, "EnabledState") != ENABLED:
        return None
    return str(parse_path(switches[0]).key("Name")).upper()
