"""Key-value pairs of a virtual machine: what its guest said, and what it is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from openhyperv.cim.schema import Schema
from openhyperv.emulator.guests.exchange import GuestReport, Items, Pool
from openhyperv.emulator.host.identities import Device
from openhyperv.emulator.host.machines.components import ENABLED
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.settings import Resource
from openhyperv.wire.cimxml import instance_from_text, instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

DATA_ITEM = "Msvm_KvpExchangeDataItem"
_FROM_GUEST, _INTRINSIC = 1, 2
"""Msvm_KvpExchangeDataItem.Source."""


def guest_items(system: VirtualSystem, schema: Schema) -> Mapping[str, Value]:
    """What Msvm_KvpExchangeComponent tells: nothing where nobody inside answers, or the host does not ask."""
    report = reported(system)
    return {
        "GuestExchangeItems": _texts(report.items, _FROM_GUEST, schema),
        "GuestIntrinsicExchangeItems": _texts(report.intrinsic, _INTRINSIC, schema),
    }


def reported(system: VirtualSystem) -> GuestReport:
    """What the guest said last, as far as the host asks it; nothing where nobody inside answers."""
    guest = system.session.guest if system.session else None
    report = guest.report() if guest is not None and _exchange_of(system) is not None else None
    return report or GuestReport({}, {})


def _exchange_of(system: VirtualSystem) -> Resource | None:
    """The setting of data exchange where it is on; shielding blocks it (Microsoft, "Guarded fabric and
    shielded VMs overview")."""
    setting = system.configuration.resource(Device.KVP_EXCHANGE)
    is_on = setting is not None and setting.value("EnabledState") == ENABLED
    return setting if is_on and not system.configuration.is_shielded else None


def _texts(items: Items, source: int, schema: Schema) -> list[str]:
    return [instance_to_text(_data_item(*pair, source), schema) for pair in items.items()]


def _data_item(name: str, data: str, source: int) -> Instance:
    return Instance(DATA_ITEM, {"Name": name, "Data": data, "Source": source})


def give_items(system: VirtualSystem, host_name: str, schema: Schema) -> None:
    """Tell a running guest what the settings say that it should know."""
    guest = system.session.guest if system.session else None
    setting = _exchange_of(system)
    if guest is not None and setting is not None:
        guest.give_items(
            {
                Pool.HOST: _pairs(setting.texts("HostExchangeItems"), schema),
                Pool.HOST_FACTS: _host_facts(system, setting, host_name),
            }
        )


def _host_facts(system: VirtualSystem, setting: Resource, host_name: str) -> Items:
    """Microsoft, "Data Exchange: Using key-value pairs to share information", host to guest."""
    if setting.value("DisableHostKVPItems") is True:
        return {}
    return {
        "HostName": host_name,
        "PhysicalHostName": host_name,
        "PhysicalHostNameFullyQualified": host_name,
        "VirtualMachineId": system.guid,
        "VirtualMachineName": system.name,
    }


def _pairs(texts: Sequence[str], schema: Schema) -> Items:
    items = (instance_from_text(text, schema) for text in texts)
    return {str(item.get("Name")): str(item.get("Data") or "") for item in items}
