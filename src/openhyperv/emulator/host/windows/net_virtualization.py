"""Hyper-V Network Virtualization as the host keeps it: policy records that tunnel customers' packets.

Which properties identify a record and which must be given: the pages of the New-NetVirtualization cmdlets.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen

from openhyperv.wire.types import Value


@frozen
class RecordKind:
    """One kind of record: what identifies it, what must be given beside that, and what is usual."""

    class_name: str
    identity: Sequence[str]
    required: Sequence[str] = ()
    usual: Mapping[str, Value] = {}

    def instance_id(self, values: Mapping[str, Value]) -> str:
        """The InstanceID that follows from a record's values."""
        # UNVERIFIED: the form of InstanceID; clients look for records by their other properties
        return ";".join(f"{name}={values.get(name)}" for name in self.identity)


RECORD_KINDS: Sequence[RecordKind] = (
    RecordKind(
        "MSFT_NetVirtualizationProviderAddressSettingData",
        identity=("ProviderAddress", "InterfaceIndex"),
        usual={"PrefixLength": 32, "VlanID": 0, "AddressState": 4, "ManagedByCluster": False},
    ),
    RecordKind(
        "MSFT_NetVirtualizationProviderRouteSettingData",
        identity=("InterfaceIndex", "DestinationPrefix", "NextHop"),
    ),
    RecordKind(
        "MSFT_NetVirtualizationCustomerRouteSettingData",
        identity=("RoutingDomainID", "VirtualSubnetID", "DestinationPrefix", "NextHop"),
    ),
    RecordKind(
        "MSFT_NetVirtualizationLookupRecordSettingData",
        identity=("CustomerAddress", "VirtualSubnetID", "MACAddress"),
        required=("ProviderAddress", "Rule"),
        usual={"Type": 0, "UseVmMACAddress": False},
    ),
)


class NetVirtualization:
    """All records of a host, by kind; ``file`` keeps them. Use it under the host's lock."""

    def __init__(self, file: Path) -> None:
        self._file = file
        kept: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
        self._records: dict[str, dict[str, dict[str, Value]]] = {
            kind.class_name: kept.get(kind.class_name, {}) for kind in RECORD_KINDS
        }

    def records(self, kind: RecordKind) -> Iterator[tuple[str, Mapping[str, Value]]]:
        """InstanceID and values of each record of a kind, oldest first."""
        return iter(list(self._records[kind.class_name].items()))

    def put(self, kind: RecordKind, instance_id: str, values: Mapping[str, Value]) -> None:
        """Add a record, or replace the one with that InstanceID."""
        self._records[kind.class_name][instance_id] = dict(values)
        self._keep()

    def remove(self, kind: RecordKind, instance_id: str) -> None:
        """Drop a record."""
        del self._records[kind.class_name][instance_id]
        self._keep()

    def _keep(self) -> None:
        temporary = self._file.with_suffix(".new")
        temporary.write_text(json.dumps(self._records), "utf-8")
        temporary.replace(self._file)
