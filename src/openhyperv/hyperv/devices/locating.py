"""Where devices are: what Plug and Play says of each. One request a device, several at a time.

Keys: Microsoft, "Win32_PnPEntity class" and "System-Defined Device Properties". A bus number holds the
segment above its lowest eight bits, as in the WDK's PCI_SEGMENT_BUS_NUMBER.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice

from attrs import frozen

from openhyperv.cim.session import Session
from openhyperv.errors import NotFoundError
from openhyperv.hyperv.devices.assignable_device import pnp_path
from openhyperv.hyperv.values import entries
from openhyperv.machine.pci import PciAddress
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_BUS = "DEVPKEY_Device_BusNumber"
_ADDRESS = "DEVPKEY_Device_Address"
_LOCATIONS = "DEVPKEY_Device_LocationPaths"
_AT_A_TIME = 8
_SLOT = re.compile(r"#PCI\((?P<slot>[0-9A-F]{2})(?P<function>[0-9A-F]{2})\)$", re.IGNORECASE | re.ASCII)


@frozen
class Location:
    """A device's address, and the path to its slot."""

    address: PciAddress
    path: str


def locate_all(session: Session, instance_paths: Iterable[str]) -> dict[str, Location]:
    """The location of each device by its instance path; what is gone or has no address is left out."""
    found: dict[str, Location] = {}
    left = iter(instance_paths)
    while some := list(islice(left, _AT_A_TIME)):
        readings = [(path, session.aside(partial(locate, session, path))) for path in some]
        for path, reading in readings:
            if (location := reading()) is not None:
                found[path] = location
    return found


def locate(session: Session, instance_path: str) -> Location | None:
    """Where one device is."""
    arguments: dict[str, Value] = {"devicePropertyKeys": [_BUS, _ADDRESS, _LOCATIONS]}
    try:
        output = session.invoke(pnp_path(instance_path), "GetDeviceProperties", arguments)
    except NotFoundError:
        return None
    data = dict(_properties(output["deviceProperties"]))
    bus, address, paths = data.get(_BUS), data.get(_ADDRESS), entries(data.get(_LOCATIONS))
    if not (isinstance(bus, int) and isinstance(address, int) and paths):
        return None
    return Location(
        PciAddress(bus >> 8 & 0xFFFF, bus & 0xFF, address >> 16 & 0x1F, address & 0x7), str(paths[0])
    )


def _properties(value: Value) -> Iterator[tuple[str, Value]]:
    return ((str(each["KeyName"]), each["Data"]) for each in entries(value) if isinstance(each, Instance))


def may_be_at(location_path: str, address: PciAddress) -> bool:
    """False where the last part of a location path names another slot: then nothing needs to be asked."""
    match = _SLOT.search(location_path)
    return match is None or (int(match["slot"], 16), int(match["function"], 16)) == (
        address.slot,
        address.function,
    )
