"""The integration services of a machine: which there are, and switching them on and off."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.components import device_settings
from openhyperv.hyperv.device_changes import change_devices
from openhyperv.hyperv.names import SHUTDOWN, device, resource_id
from openhyperv.hyperv.values import number, text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

_ENABLED, _DISABLED = 2, 3


@frozen
class _Names:
    """The stem of a service's classes, and the last part of its identifiers."""

    stem: str
    tail: str


class Service(StrEnum):
    """An integration service."""

    HEARTBEAT = "heartbeat"
    KEY_VALUE_PAIRS = "key-value-pairs"
    SHUTDOWN = "shutdown"
    TIME = "time"
    BACKUP = "backup"
    FILES = "files"
    """The guest service interface, which takes files; it is off unless somebody switches it on."""

    def device(self, guid: str) -> ObjectPath:
        """The service of a machine that is on."""
        names = _NAMES[self]
        return device(f"Msvm_{names.stem}Component", guid, names.tail)

    @property
    def setting_class(self) -> str:
        """The class of its settings."""
        return f"Msvm_{_NAMES[self].stem}ComponentSettingData"

    def setting_id(self, guid: str) -> str:
        """The InstanceID of its settings."""
        return resource_id(guid, _NAMES[self].tail)


_NAMES: Mapping[Service, _Names] = {
    Service.HEARTBEAT: _Names("Heartbeat", "84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47"),
    Service.KEY_VALUE_PAIRS: _Names("KvpExchange", "2A34B1C2-FD73-4043-8A5B-DD2159BC743F"),
    Service.SHUTDOWN: _Names("Shutdown", SHUTDOWN),
    Service.TIME: _Names("TimeSync", "2497F4DE-E9FA-4204-80E4-4B75C46419C0"),
    Service.BACKUP: _Names("Vss", "5CED1297-4598-4915-A5FC-AD21BB4D02A4"),
    Service.FILES: _Names("GuestServiceInterface", "6C09BB55-D683-4DA0-8931-C9BF705F6480"),
}


def read_services(session: Session, guid: str) -> Mapping[Service, bool]:
    """Which services are switched on, of those that the host has, in one query.

    :raises NotFoundError: there is no such machine
    """
    found = {text(each, "InstanceID").upper(): each for each in device_settings(session, guid)}
    settings = {service: found.get(service.setting_id(guid).upper()) for service in Service}
    return {
        service: number(setting, "EnabledState") == _ENABLED
        for service, setting in settings.items()
        if setting is not None
    }


def switch_service(session: Session, guid: str, service: Service, *, on: bool) -> None:
    """Switch a service on or off; one that is so already stays so. The machine may be running."""
    state = _ENABLED if on else _DISABLED
    values: dict[str, Value] = {"InstanceID": service.setting_id(guid), "EnabledState": state}
    change_devices(session, guid, [Instance(service.setting_class, values)])
