"""Key-value pairs that the host gives to guests: methods of Msvm_VirtualSystemManagementService."""

from __future__ import annotations

from collections.abc import Sequence

from openhyperv.emulator.cimom.provider import Call, MethodFailure, Result, method
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import Device
from openhyperv.emulator.host.incoming import read_setting, text_of
from openhyperv.emulator.host.machines.exchange import DATA_ITEM, give_items
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.providers.machines.define import SERVICE
from openhyperv.emulator.providers.machines.finding import wanted_system
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance

MOST_ITEMS = 128
LONGEST_NAME_BYTES = 512  # UNVERIFIED: bounds of the guest protocol, with the terminator, hold here too
LONGEST_DATA_BYTES = 2048
_LISTS = {0: "HostExchangeItems", 4: "HostOnlyItems"}
"""Where an item goes, by its Source."""


class KvpProvider:
    """Items are kept in the VM's Msvm_KvpExchangeComponentSettingData, each as a text."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @method(SERVICE, "AddKvpItems")
    def add(self, call: Call) -> Result:
        """New items; a name that is there already is refused."""
        system, items = self._arguments(call)
        with _Items(self._host, system) as kept:
            for item in items:
                kept.add(item)
        return Result(Code.COMPLETED)

    @method(SERVICE, "ModifyKvpItems")
    def modify(self, call: Call) -> Result:
        """Other data for items that are there."""
        system, items = self._arguments(call)
        with _Items(self._host, system) as kept:
            for item in items:
                kept.remove(item)
                kept.add(item)
        return Result(Code.COMPLETED)

    @method(SERVICE, "RemoveKvpItems")
    def remove(self, call: Call) -> Result:
        """Items go."""
        system, items = self._arguments(call)
        with _Items(self._host, system) as kept:
            for item in items:
                kept.remove(item)
        return Result(Code.COMPLETED)

    def _arguments(self, call: Call) -> tuple[VirtualSystem, Sequence[Instance]]:
        system = wanted_system(self._host, call["TargetSystem"])
        texts = call["DataItems"]
        given = texts if isinstance(texts, list | tuple) else ()
        return system, [read_setting(text, DATA_ITEM, self._host.schema) for text in given]


class _Items:
    """The items of a VM while they are edited; what is refused leaves them as they were."""

    def __init__(self, host: Host, system: VirtualSystem) -> None:
        self._host = host
        self._system = system
        setting = system.configuration.resource(Device.KVP_EXCHANGE)
        if setting is None:
            raise MethodFailure(Code.INVALID_STATE, "The VM has no key-value pair exchange.")
        self._setting: Resource = setting
        self._lists = {s: self._read(name) for s, name in _LISTS.items()}

    def _read(self, name: str) -> dict[str, Instance]:
        items = [read_setting(text, DATA_ITEM, self._host.schema) for text in self._setting.texts(name)]
        return {text_of(item, "Name"): item for item in items}

    def __enter__(self) -> _Items:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            return
        with self._host.changing(self._system):
            for source, name in _LISTS.items():
                items = self._lists[source].values()
                self._setting.update({name: [instance_to_text(i, self._host.schema) for i in items]})
        give_items(self._system, self._host.name, self._host.schema)

    def _list(self, item: Instance) -> dict[str, Instance]:
        source = item.get("Source")
        found = self._lists.get(source if isinstance(source, int) else 0)
        if found is None:
            raise MethodFailure(Code.INVALID_PARAMETER, f"The host cannot set items of source {source}.")
        return found

    def add(self, item: Instance) -> None:
        """Add an item whose name is new."""
        name, data = text_of(item, "Name"), text_of(item, "Data")
        items = self._list(item)
        if not name or _size(name) > LONGEST_NAME_BYTES or _size(data) > LONGEST_DATA_BYTES:
            raise MethodFailure(Code.INVALID_PARAMETER, "Name or Data is missing or too long.")
        if name in items or len(items) >= MOST_ITEMS:
            raise MethodFailure(Code.FAILED, f"{name} is there already, or there are too many items.")
        items[name] = item

    def remove(self, item: Instance) -> None:
        """Remove the item of that name."""
        if self._list(item).pop(text_of(item, "Name"), None) is None:
            raise MethodFailure(Code.FAILED, f"There is no item {text_of(item, 'Name')}.")


def _size(text: str) -> int:
    return len((text + "\0").encode("utf-16-le"))
