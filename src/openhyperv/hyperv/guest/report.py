"""What the system inside a machine says of itself."""

from __future__ import annotations

from enum import IntEnum

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.hyperv.guest.items import Item, read_guest_items
from openhyperv.hyperv.guest.services import Service
from openhyperv.hyperv.values import entries
from openhyperv.wire.instance import Instance


class Heartbeat(IntEnum):
    """OperationalStatus of Msvm_HeartbeatComponent. What Hyper-V may say else reads as :attr:`ERROR`."""

    OK = 2
    ERROR = 6
    NO_CONTACT = 12
    """Nobody has answered since the machine started: it boots, or has no integration services."""
    LOST = 13

    @classmethod
    def _missing_(cls, _value: object) -> Heartbeat:
        return cls.ERROR

    @property
    def label(self) -> str:
        """For people: ``no contact``."""
        return "OK" if self is Heartbeat.OK else self.name.lower().replace("_", " ")


@frozen
class GuestReport:
    """What a guest says of itself; a text is empty where it does not. ``heartbeat`` is None if it is off."""

    heartbeat: Heartbeat | None
    host_name: str
    os_name: str
    os_version: str
    os_build: str
    addresses: tuple[str, ...]
    """IPv4 before IPv6."""


def read_report(session: Session, guid: str) -> GuestReport:
    """Ask for everything, in two requests, or in one while the machine is off."""
    component = session.find(Service.HEARTBEAT.device(guid))
    items = [] if component is None else read_guest_items(session, guid, "GuestIntrinsicExchangeItems")
    told = {item.name: item.data for item in items}
    return GuestReport(
        heartbeat=None if component is None else _heartbeat(component),
        host_name=told.get("FullyQualifiedDomainName", ""),
        os_name=told.get("OSName", ""),
        os_version=told.get("OSVersion", ""),
        os_build=told.get("OSBuildNumber", ""),
        addresses=_addresses(items),
    )


def read_addresses(session: Session, guid: str) -> tuple[str, ...]:
    """The guest's addresses, IPv4 before IPv6, in one request; none while it is off or does not tell."""
    return _addresses(read_guest_items(session, guid, "GuestIntrinsicExchangeItems"))


def _heartbeat(component: Instance) -> Heartbeat:
    first = next(iter(entries(component.get("OperationalStatus"))), None)
    return Heartbeat(first) if isinstance(first, int) else Heartbeat.ERROR


def _addresses(items: list[Item]) -> tuple[str, ...]:
    told = {item.name: item.data for item in items}
    lists = (told.get(name, "") for name in ("NetworkAddressIPv4", "NetworkAddressIPv6"))
    return tuple(address for text in lists for address in text.split(";") if address)
