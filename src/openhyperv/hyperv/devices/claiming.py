"""Devices that a machine claims by their addresses, found before anything is made or changed."""

from __future__ import annotations

from collections.abc import Sequence

from openhyperv.cim.session import Session
from openhyperv.errors import ConflictError, NotFoundError
from openhyperv.hyperv.devices.inventory import Dismounted, find_dismounted
from openhyperv.machine.pci import PciAddress


def claim(
    session: Session, addresses: Sequence[PciAddress], *, machine: str | None = None
) -> tuple[Dismounted, ...]:
    """The devices at those addresses, in that order; each is free, or ``machine`` (a GUID) has it already.

    Two queries, and a request for each device whose slot may be one of those; none for no addresses.

    :raises UnsupportedError: the host is older than Windows Server 2016
    :raises NotFoundError: no device there is dismounted from the host
    :raises ConflictError: another machine has it
    """
    if not addresses:
        return ()
    found = find_dismounted(session, tuple(addresses))
    return tuple(_claimed(session, found, address, machine) for address in addresses)


def _claimed(
    session: Session, found: dict[PciAddress, Dismounted], address: PciAddress, machine: str | None
) -> Dismounted:
    device = found.get(address)
    if device is None:
        raise NotFoundError(
            "No device at this address is free for machines.",
            host=session.host,
            target=str(address),
            remedy="Dismount it from the host first.",
        )
    if device.machine not in (None, machine):
        raise ConflictError(
            f"The machine {device.machine} has this device.", host=session.host, target=str(address)
        )
    return device
