"""What GetSummaryInformation tells about a VM or snapshot, by the number that asks for it.

Numbers: Microsoft's page of Msvm_VirtualSystemManagementService.GetSummaryInformation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.view import job_instance
from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.contact import contact_of
from openhyperv.emulator.host.machines.exchange import reported
from openhyperv.emulator.host.machines.system_view import operational_status, status_descriptions
from openhyperv.emulator.host.machines.systems import Place
from openhyperv.emulator.host.machines.virtual_system import SystemState
from openhyperv.emulator.host.power.starting import memory_of
from openhyperv.emulator.host.switches.network import connected_switch
from openhyperv.wire.types import Value

Teller: TypeAlias = Callable[[Host, Place], Value]
NOT_DYNAMIC = 0x7FFFFFFF  # UNVERIFIED: what MemoryAvailable says of a VM without dynamic memory
"""Also AvailableMemoryBuffer."""
APPLICATION_HEALTH_DISABLED = 32896


def _is_live(place: Place) -> bool:
    """True where the VM itself is meant, not a snapshot, and it is on."""
    return not place.is_snapshot and place.system.state.is_on


def _state(_host: Host, place: Place) -> Value:
    if not place.is_snapshot:
        return int(place.system.state)
    is_saved = place.configuration.value("IsSaved") is True
    return int(SystemState.SAVED if is_saved else SystemState.OFF)


def _notes(_host: Host, place: Place) -> Value:
    notes = place.configuration.value("Notes")
    return "\n".join(str(note) for note in notes) if isinstance(notes, list) else None


def _processors(_host: Host, place: Place) -> Value:
    processor = next(place.configuration.of_class(resources.PROCESSOR.class_name))
    return processor.number("VirtualQuantity")


def _processor_load(_host: Host, place: Place) -> Value:
    session = place.system.session
    if not _is_live(place) or session is None or session.guest is None:
        return 0
    processors = _processors(_host, place)
    return session.load.percent(session.guest.processor_s(), processors if isinstance(processors, int) else 1)


def _memory_usage(_host: Host, place: Place) -> Value:
    return memory_of(place.system) if _is_live(place) else 0


def heartbeat(_host: Host, place: Place) -> Value:
    """Msvm_SummaryInformation.Heartbeat; NULL while the VM is off."""
    if not _is_live(place) or place.system.session is None:
        return None
    return int(contact_of(place.system))


def _spans_nodes(_host: Host, place: Place) -> Value:
    session = place.system.session
    return session is not None and any(len(residence) > 1 for residence in session.residences)


def guest_system(_host: Host, place: Place) -> Value:
    """Msvm_SummaryInformation.GuestOperatingSystem; NULL where no guest tells."""
    return reported(place.system).intrinsic.get("OSName") if _is_live(place) else None


def _switch_names(host: Host, place: Place) -> Value:
    connections = place.configuration.of_class(resources.ETHERNET_CONNECTION.class_name)
    guids = [guid for connection in connections if (guid := connected_switch(connection))]
    return [name for guid in dict.fromkeys(guids) if (name := host.switches.name_of(guid)) is not None]


def _snapshots(host: Host, place: Place) -> Value:
    if place.is_snapshot:
        return []
    snapshots = place.system.snapshots.values()
    return [host.views.system(Place(place.system, s.configuration, "")) for s in snapshots]


def _tasks(host: Host, place: Place) -> Value:
    path = place.system.path
    active = [job for job in host.jobs.all() if not job.state.is_final]
    return [job_instance(job) for job in active if any(element == path for element, _ in job.affected)]


def _text(name: str) -> Teller:
    return lambda _host, place: place.configuration.value(name)


def _always(value: Value) -> Teller:
    return lambda _host, _place: value


TELLERS: Mapping[int, tuple[str, Teller]] = {
    0: ("Name", lambda _host, place: place.configuration.owner),
    1: ("ElementName", _text("ElementName")),
    2: ("CreationTime", _text("CreationTime")),
    3: ("Notes", _notes),
    4: ("NumberOfProcessors", _processors),
    8: ("AllocatedGPU", _always("")),
    9: ("VirtualSwitchNames", _switch_names),
    10: ("Version", _text("Version")),
    11: ("Shielded", lambda _host, place: place.configuration.security.get("ShieldingRequested") is True),
    100: ("EnabledState", _state),
    101: ("ProcessorLoad", _processor_load),
    103: ("MemoryUsage", _memory_usage),
    104: ("Heartbeat", heartbeat),
    105: ("UpTime", lambda _host, place: place.system.on_time_ms if _is_live(place) else 0),
    106: ("GuestOperatingSystem", guest_system),
    107: ("Snapshots", _snapshots),
    108: ("AsynchronousTasks", _tasks),
    109: ("HealthState", _always(5)),
    110: ("OperationalStatus", lambda _host, place: operational_status(place.system)),
    111: ("StatusDescriptions", lambda _host, place: status_descriptions(place.system)),
    112: ("MemoryAvailable", _always(NOT_DYNAMIC)),
    113: ("AvailableMemoryBuffer", _always(NOT_DYNAMIC)),
    114: ("ReplicationMode", _always(0)),
    115: ("ReplicationState", _always(0)),
    116: ("ReplicationHealth", _always(0)),
    117: ("ApplicationHealth", _always(APPLICATION_HEALTH_DISABLED)),
    118: ("ReplicationStateEx", _always([0])),
    119: ("ReplicationHealthEx", _always([0])),
    120: ("SwapFilesInUse", _always(False)),
    123: ("MemorySpansPhysicalNumaNodes", _spans_nodes),
}
"""Property and how its value is found. Numbers not listed answer NULL, as on hosts without replicas."""
THUMBNAIL_SIZES: Mapping[int, tuple[int, int]] = {5: (80, 60), 6: (160, 120), 7: (320, 240)}
"""Width and height of ThumbnailImage by number."""
