"""What PCI devices a host has, and which machine has which.

Owners are read from the machines' settings, so that a machine that is off has its devices too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import InvalidInputError, NotFoundError, UnsupportedError
from openhyperv.hyperv.devices.allow_list import AllowList
from openhyperv.hyperv.devices.assignable_device import AssignableDevice, identifiers_of
from openhyperv.hyperv.devices.locating import Location, locate_all, may_be_at
from openhyperv.hyperv.facts import CIMV2
from openhyperv.hyperv.names import is_guid, owner_of, setting
from openhyperv.hyperv.values import text, texts
from openhyperv.machine.pci import PciAddress
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath, parse_path
from openhyperv.wire.wql import Like, Property, select

PCI_EXPRESS = "Msvm_PciExpress"
PCI_EXPRESS_SETTINGS = "Msvm_PciExpressSettingData"
_NO_CLASS = 0x80041010
"""WBEM_E_INVALID_CLASS."""


@frozen
class Dismounted:
    """A device that the host has given up: its own Msvm_PciExpress, and the port of a machine that has it."""

    path: ObjectPath
    name: str
    instance_path: str
    location_path: str
    port: ObjectPath | None

    @property
    def machine(self) -> str | None:
        """The GUID of the machine whose port it is behind."""
        return None if self.port is None else owner_of(str(self.port.key("InstanceID"))).upper()

    def at(self, location: Location) -> AssignableDevice | None:
        """The same with its address; None for what is no PCI device after all."""
        return _device(self.instance_path, self.name, location, is_dismounted=True, machine=self.machine)


def read_dismounted(session: Session) -> list[Dismounted]:
    """Every device that the host has given up, in two queries; addresses are not among what they tell.

    :raises UnsupportedError: the host is older than Windows Server 2016
    """
    read_ports = session.aside(lambda: _ports(session))
    try:
        rows = list(session.query(select(PCI_EXPRESS)))
        ports = read_ports()
    except NotFoundError as error:
        if error.code != _NO_CLASS:
            raise
        raise _too_old(session, error) from error
    return [_dismounted(row, ports) for row in rows if not is_guid(text(row, "SystemName"))]


def _too_old(session: Session, cause: NotFoundError) -> UnsupportedError:
    return UnsupportedError(
        "This host assigns no PCI devices to machines.",
        host=session.host,
        operation=cause.operation,
        code=cause.code,
        remedy="Discrete Device Assignment came with Windows Server 2016.",
    )


def _dismounted(row: Instance, ports: Mapping[str, ObjectPath]) -> Dismounted:
    keys = ("CreationClassName", "DeviceID", "SystemCreationClassName", "SystemName")
    device_id = text(row, "DeviceID")
    return Dismounted(
        ObjectPath(PCI_EXPRESS, {key: text(row, key) for key in keys}),
        text(row, "ElementName") or text(row, "Name"),
        text(row, "DeviceInstancePath"),
        text(row, "LocationPath"),
        ports.get(device_id.upper()),
    )


def _ports(session: Session) -> dict[str, ObjectPath]:
    """The machine's port that a device is behind, by the upper-case DeviceID of the host's own object."""
    query = select(PCI_EXPRESS_SETTINGS, "InstanceID", "HostResource")
    return {
        device_id.upper(): setting(PCI_EXPRESS_SETTINGS, text(row, "InstanceID"))
        for row in session.query(query)
        if is_guid(owner_of(text(row, "InstanceID")))
        for device_id in _device_ids(row)
    }


def _device_ids(port: Instance) -> Iterator[str]:
    """The DeviceIDs of the host's devices that a machine's port names."""
    for resource in texts(port, "HostResource"):
        try:
            yield str(parse_path(resource).key("DeviceID"))
        except InvalidInputError:
            continue


def find_dismounted(session: Session, addresses: tuple[PciAddress, ...]) -> dict[PciAddress, Dismounted]:
    """The devices at those addresses, as far as the host has given them up.

    Two queries, and a request for each device whose slot may be one of those.
    """
    candidates = [
        device
        for device in read_dismounted(session)
        if any(may_be_at(device.location_path, address) for address in addresses)
    ]
    located = locate_all(session, (device.instance_path for device in candidates))
    by_address = {
        located[device.instance_path].address: device
        for device in candidates
        if device.instance_path in located
    }
    return {address: device for address, device in by_address.items() if address in addresses}


def list_dismounted(session: Session, allow: AllowList) -> list[AssignableDevice]:
    """What may be given to machines, and what they have: two queries, and a request for each device."""
    devices = [device for device in read_dismounted(session) if _admits(allow, device.instance_path)]
    located = locate_all(session, (device.instance_path for device in devices))
    found = (
        device.at(located[device.instance_path]) for device in devices if device.instance_path in located
    )
    return _admitted(allow, found)


def list_mounted(session: Session, allow: AllowList) -> list[AssignableDevice]:
    """What the host has itself: one query, and a request for each device of an admitted kind."""
    query = select("Win32_PnPEntity", "DeviceID", "Name").where(Like(Property("DeviceID"), "PCI%"))
    rows = {text(row, "DeviceID"): text(row, "Name") for row in session.query(query, CIMV2)}
    names = {
        path: name
        for path, name in rows.items()
        if not path.upper().startswith("PCIP") and _admits(allow, path)
    }
    located = locate_all(session, names)
    found = (
        _device(path, name, located[path], is_dismounted=False)
        for path, name in names.items()
        if path in located
    )
    return _admitted(allow, found)


def _admits(allow: AllowList, instance_path: str) -> bool:
    kind = identifiers_of(instance_path)
    return kind is not None and allow.admits_kind(*kind)


def _admitted(allow: AllowList, found: Iterator[AssignableDevice | None]) -> list[AssignableDevice]:
    devices = [device for device in found if device is not None and allow.admits(device.pci_device)]
    return sorted(devices, key=lambda device: device.address)


def _device(
    instance_path: str, name: str, location: Location, *, is_dismounted: bool, machine: str | None = None
) -> AssignableDevice | None:
    kind = identifiers_of(instance_path)
    if kind is None:
        return None
    return AssignableDevice(
        address=location.address,
        vendor_id=kind[0],
        product_id=kind[1],
        name=name,
        instance_path=instance_path,
        location_path=location.path,
        is_dismounted=is_dismounted,
        machine=machine,
    )
