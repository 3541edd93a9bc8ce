"""Key-value pairs that host and guest exchange (Microsoft, "Msvm_KvpExchangeDataItem")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import InvalidInputError
from openhyperv.hyperv.guest.services import Service
from openhyperv.hyperv.names import SYSTEM_SERVICE, setting, system
from openhyperv.hyperv.values import number, text, texts
from openhyperv.wire.cimxml import instance_from_text, instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_ITEM = "Msvm_KvpExchangeDataItem"
_LONGEST_NAME_BYTES, _LONGEST_DATA_BYTES = 512, 2048
"""What the guest's side has room for, as UTF-16 with its end (Linux, include/uapi/linux/hyperv.h)."""


class Source(IntEnum):
    """Who has set an item."""

    HOST = 0
    """An administrator of the host, for the guest."""
    GUEST = 1
    """Somebody inside the guest."""
    INTRINSIC = 2
    """The guest's own integration services."""
    HOST_ONLY = 4
    """An administrator of the host; the guest does not get it."""
    OTHER = -1
    """Somebody whom no page of Microsoft's names."""

    @classmethod
    def _missing_(cls, _value: object) -> Source:
        return cls.OTHER


@frozen
class Item:
    """One pair."""

    name: str
    data: str
    source: Source


def read_items(session: Session, guid: str) -> list[Item]:
    """What the host has set, and while the machine is on what its guest has; in two requests.

    :raises NotFoundError: there is no such machine
    """
    settings = session.get(setting(Service.KEY_VALUE_PAIRS.setting_class, _setting_id(guid)))
    return [*_host_items(session, settings), *read_guest_items(session, guid, "GuestExchangeItems")]


def read_guest_items(session: Session, guid: str, kind: str) -> list[Item]:
    """``GuestExchangeItems`` or ``GuestIntrinsicExchangeItems``; nothing while the machine is off."""
    component = session.find(Service.KEY_VALUE_PAIRS.device(guid))
    return [] if component is None else items_of(session, component, kind)


def items_of(session: Session, shown: Instance, *names: str) -> list[Item]:
    """The items in those properties of an instance."""
    return [_item(session, each) for name in names for each in texts(shown, name)]


def set_items(session: Session, guid: str, wanted: Mapping[str, str]) -> None:
    """Have the guest know these; others stay. In at most three requests, fewer where they are known already.

    :raises InvalidInputError: a name is empty, or a name or its data too long; nothing was sent
    :raises NotFoundError: there is no such machine
    """
    for name, data in wanted.items():
        _check(guid, name, data)
    known = _known(session, guid)
    changed = {name: data for name, data in wanted.items() if name in known and known[name] != data}
    _call(session, guid, "ModifyKvpItems", changed)
    _call(session, guid, "AddKvpItems", {name: wanted[name] for name in wanted if name not in known})


def unset_items(session: Session, guid: str, names: Iterable[str]) -> None:
    """Have the guest forget what the host has set under these names; nothing happens where it has not.

    :raises NotFoundError: there is no such machine
    """
    known = _known(session, guid)
    _call(session, guid, "RemoveKvpItems", {name: known[name] for name in names if name in known})


def _known(session: Session, guid: str) -> dict[str, str]:
    settings = session.get(setting(Service.KEY_VALUE_PAIRS.setting_class, _setting_id(guid)))
    return {item.name: item.data for item in items_of(session, settings, "HostExchangeItems")}


def _host_items(session: Session, settings: Instance) -> list[Item]:
    return items_of(session, settings, "HostExchangeItems", "HostOnlyItems")


def _setting_id(guid: str) -> str:
    return Service.KEY_VALUE_PAIRS.setting_id(guid)


def _call(session: Session, guid: str, method: str, items: Mapping[str, str]) -> None:
    if items:
        described = [_text(session, name, data) for name, data in items.items()]
        arguments: dict[str, Value] = {"TargetSystem": system(guid), "DataItems": described}
        session.run(SYSTEM_SERVICE, method, arguments, target=guid)


def _text(session: Session, name: str, data: str) -> str:
    values: dict[str, Value] = {"Name": name, "Data": data, "Source": Source.HOST.value}
    return instance_to_text(Instance(_ITEM, values), session.schema)


def _item(session: Session, described: str) -> Item:
    item = instance_from_text(described, session.schema)
    return Item(text(item, "Name"), text(item, "Data"), Source(number(item, "Source")))


def _check(guid: str, name: str, data: str) -> None:
    if not name or "\0" in name + data:
        raise InvalidInputError("An item has a name, and no zero characters.", target=guid)
    if _size(name) > _LONGEST_NAME_BYTES or _size(data) > _LONGEST_DATA_BYTES:
        raise InvalidInputError(
            "The name of an item has at most 255 characters, its data 1023.",
            target=guid,
            remedy="Copy a file into the guest instead.",
        )


def _size(value: str) -> int:
    return len((value + "\0").encode("utf-16-le"))
