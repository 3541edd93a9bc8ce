"""Dynamic MAC addresses: an adapter without a static one gets one of the host's range, and keeps it."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.jobs.running import JobFailure
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.placement import NICS
from openhyperv.emulator.host.machines.systems import Systems
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.windows.service_settings import ServiceSettings

UNASSIGNED = "000000000000"  # UNVERIFIED: what an adapter shows before its first start


def assign_addresses(configuration: Configuration, systems: Systems, settings: ServiceSettings) -> None:
    """Give addresses to those adapters of a VM that have none.

    :raises JobFailure: the range is used up
    """
    waiting = _unassigned(configuration)
    taken = {nic.text("Address").upper() for system in systems for nic in adapters(system.configuration)}
    free = (a for a in _range(settings) if a not in taken)
    for nic in waiting:
        address = next(free, None)
        if address is None:
            raise JobFailure(Code.FAILED, "No MAC address is left in the host's dynamic range.")
        nic.update({"Address": address})


def has_unassigned(configuration: Configuration) -> bool:
    """True where an adapter waits for an address."""
    return bool(_unassigned(configuration))


def _unassigned(configuration: Configuration) -> list[Resource]:
    return [nic for nic in adapters(configuration) if nic.text("Address") in ("", UNASSIGNED)]


def adapters(configuration: Configuration) -> Iterator[Resource]:
    """The network adapters of a configuration."""
    return (resource for resource in configuration.resources() if resource.kind.name in NICS)


def _range(settings: ServiceSettings) -> Iterator[str]:
    first, last = int(settings.minimum_mac, 16), int(settings.maximum_mac, 16)
    return (f"{address:012X}" for address in range(first, last + 1))
