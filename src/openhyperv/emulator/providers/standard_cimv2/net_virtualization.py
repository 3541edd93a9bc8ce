"""MSFT_NetVirtualization*SettingData: records that clients create, change and delete as instances."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address, ip_network

from openhyperv.emulator.cimom.change_faults import already_exists, invalid_value
from openhyperv.emulator.cimom.provider import creates, deletes, instances_of, lookup, modifies
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.windows.net_virtualization import RECORD_KINDS, NetVirtualization, RecordKind
from openhyperv.emulator.providers.standard_cimv2.adapters import STANDARD_CIMV2
from openhyperv.emulator.providers.windows.instances import windows_instance
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_LEAST_SUBNET, _LAST_SUBNET = 4096, 16_777_214
"""VirtualSubnetID, from the pages of the cmdlets."""


def net_virtualization_providers(host: Host) -> Iterator[object]:
    """A provider for each kind of record."""
    records = NetVirtualization(host.data / "net_virtualization.json")
    return (_provider(kind, records) for kind in RECORD_KINDS)


def _provider(kind: RecordKind, records: NetVirtualization) -> object:
    class OfOneKind:
        """Answers for the records of one kind."""

        @instances_of(kind.class_name)
        def all(self) -> Iterator[Instance]:
            """All of them."""
            return (_instance(kind, {**values, "InstanceID": own}) for own, values in records.records(kind))

        @lookup(kind.class_name)
        def one(self, path: ObjectPath) -> Instance | None:
            """One of them."""
            return next((record for record in self.all() if record.path == path), None)

        @creates(kind.class_name)
        def create(self, instance: Instance) -> ObjectPath:
            """A new record; what identifies it must be given."""
            values = {**kind.usual, **{n: v for n, v in instance.items() if n != "InstanceID"}}
            _check(kind, values)
            path = _path(kind, kind.instance_id(values))
            if self.one(path) is not None:
                raise already_exists(path)
            records.put(kind, str(path.key("InstanceID")), values)
            return path

        @modifies(kind.class_name)
        def modify(self, path: ObjectPath, changes: Instance) -> Instance:
            """Change what does not identify a record."""
            for name in changes:
                if name in kind.identity:
                    raise invalid_value(kind.class_name, name)
            own, before = next(found for found in records.records(kind) if _path(kind, found[0]) == path)
            values = {**before, **changes}
            _check(kind, values)
            records.put(kind, own, values)
            return _instance(kind, {**values, "InstanceID": own})

        @deletes(kind.class_name)
        def delete(self, path: ObjectPath) -> None:
            """Drop a record."""
            own = next(own for own, _ in records.records(kind) if _path(kind, own) == path)
            records.remove(kind, own)

    return OfOneKind()


def _path(kind: RecordKind, instance_id: str) -> ObjectPath:
    return ObjectPath(kind.class_name, {"InstanceID": instance_id}, STANDARD_CIMV2)


def _instance(kind: RecordKind, values: dict[str, Value]) -> Instance:
    keys = {"InstanceID": str(values["InstanceID"])}
    return windows_instance(STANDARD_CIMV2, kind.class_name, keys, values)


def _check(kind: RecordKind, values: dict[str, Value]) -> None:
    """Refuse what is no address, prefix or subnet, and what was left out.

    :raises CimFault: naming the property
    """
    for name in (*kind.identity, *kind.required):
        if values.get(name) is None:
            raise invalid_value(kind.class_name, name)
    for name, value in values.items():
        if not _fits(name, value):
            raise invalid_value(kind.class_name, name)


def _fits(name: str, value: Value) -> bool:
    try:
        if name in ("ProviderAddress", "CustomerAddress", "NextHop"):
            ip_address(str(value))
        elif name == "DestinationPrefix":
            ip_network(str(value))
    except ValueError:
        return False
    if name == "VirtualSubnetID":
        return isinstance(value, int) and _LEAST_SUBNET <= value <= _LAST_SUBNET
    return True
