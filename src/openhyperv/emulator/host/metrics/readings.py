"""What one device did, picked from what its virtual machine's guest has used."""

from __future__ import annotations

from openhyperv.emulator.guests.counters import DriveCounters, GuestCounters, NicCounters
from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.configuration import parent_tail
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.metrics.disk_sizes import DiskSizes
from openhyperv.emulator.host.metrics.measuring import Reading
from openhyperv.emulator.host.metrics.metric import Source
from openhyperv.emulator.host.metrics.parts import Part
from openhyperv.emulator.host.settings import Feature, Resource
from openhyperv.emulator.host.switches.network import connected_switch

_IPV6 = 3
_EVERYWHERE = ("", "ANY", "0.0.0.0/0", "::/0")


def reading_of(
    part: Part, seconds: float, used: GuestCounters, sizes: DiskSizes, processor_mhz: int
) -> Reading:
    """What a part did in the last ``seconds``, of all that its guest ``used``."""
    setting = part.setting
    match part.metric.source:
        case Source.PROCESSOR:
            return Reading(seconds, processor_megacycles=used.processor_s * processor_mhz)
        case Source.MEMORY:
            return Reading(seconds, memory_mb=_memory_mb(part.system))
        case Source.DISK if isinstance(setting, Resource):
            drive = _drive(part.system, setting, used)
            return Reading(seconds, allocation_mb=sizes.size_mb(setting), drive=drive)
        case Source.INCOMING | Source.OUTGOING if isinstance(setting, Feature):
            return Reading(seconds, nic=_nic(part.system, setting, used))
        case _:
            raise TypeError(f"{setting.class_name} is not metered by {part.metric.name}")


def _memory_mb(system: VirtualSystem) -> int:
    if not system.state.is_on:
        return 0
    return next(system.configuration.of_class(resources.MEMORY.class_name)).number("VirtualQuantity")


def _drive(system: VirtualSystem, medium: Resource, used: GuestCounters) -> DriveCounters:
    drive = system.configuration.resource(parent_tail(medium))
    return used.drives.get(drive.tail, DriveCounters()) if drive else DriveCounters()


def _nic(system: VirtualSystem, rule: Feature, used: GuestCounters) -> NicCounters:
    """The traffic that a rule has counted; guests that are states only speak IPv4, with anybody."""
    configuration = system.configuration
    connection = configuration.resource(rule.kind.place_of(rule.tail))
    nic = configuration.resource(parent_tail(connection)) if connection else None
    if connection is None or nic is None or connected_switch(connection) is None:
        return NicCounters()
    traffic = used.nics.get(nic.tail, NicCounters())
    if traffic.metered_bytes is not None:
        counted = traffic.metered_bytes.get(rule.tail.lower(), 0)
        return NicCounters(counted, counted)
    if rule.number("AclType") == _IPV6 or rule.text("RemoteAddress").upper() not in _EVERYWHERE:
        return NicCounters()
    return traffic
