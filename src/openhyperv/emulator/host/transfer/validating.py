"""What a planned virtual machine lacks on this host before it can be a real one."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.disks.chain import Chain
from openhyperv.emulator.disks.errors import DiskError
from openhyperv.emulator.host.checkpoints.disks import disks_of, file_of
from openhyperv.emulator.host.checkpoints.merging import configurations_of
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.files import BadHostPath
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.identities import system_settings_path
from openhyperv.emulator.host.jobs.running import Job, JobError, JobFailure
from openhyperv.emulator.host.jobs.state import JobType
from openhyperv.emulator.host.machines import resources
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.host_devices import check_host_devices, is_of_the_host
from openhyperv.emulator.host.machines.system_defaults import MISSING_SNAPSHOT
from openhyperv.emulator.host.machines.virtual_system import VirtualSystem
from openhyperv.emulator.host.settings import Resource
from openhyperv.emulator.host.switches.network import connected_switch

_REMOVABLE = (resources.DVD_DISK, resources.FLOPPY_DISK)


def validate_system(host: Host, system: VirtualSystem) -> Job:
    """Begin to validate a planned VM; call it under the lock. The job fails with one error per problem."""
    return host.jobs.run(
        JobType.VALIDATE_PLANNED,
        lambda _job: check_system(host, system),
        affected=[system.path],
        description="Validating Planned Virtual Machine",
    )


def check_system(host: Host, system: VirtualSystem) -> None:
    """Look at everything that a VM needs; call it without the lock.

    :raises JobFailure: with an error for each thing that is missing or damaged
    """
    with host.lock:
        configurations = [each.copy(each.owner) for each in configurations_of(system)]
        found = list(_unusable_devices(host, configurations[0]))
    found += [error for each in configurations for error in _problems(host, each)]
    found += _unknown_switches(host, configurations[0])
    found += _too_much_memory(host, configurations[0])
    if found:
        # UNVERIFIED: the job fails, and with this code, rather than completing with warnings
        raise JobFailure(Code.FAILED, "\n".join(error.text for error in found), errors=found)


def _problems(host: Host, configuration: Configuration) -> Iterator[JobError]:
    if configuration.value("VirtualSystemType") == MISSING_SNAPSHOT:
        text = f"The checkpoint '{configuration.name}' is missing."
        yield JobError(Code.FAILED, text, system_settings_path(configuration.owner))
        return
    for disk in disks_of(configuration):
        if file_of(disk) and (text := _damage(host, file_of(disk))):
            yield _about(host, configuration, disk, text)
    for kind in _REMOVABLE:
        for medium in (r for r in configuration.resources() if r.kind is kind):
            if file_of(medium) and not _is_there(host, file_of(medium)):
                yield _about(host, configuration, medium, f"'{file_of(medium)}' does not exist.")


def _unusable_devices(host: Host, configuration: Configuration) -> Iterator[JobError]:
    """Disks and PCI devices that this host does not have, or that others have."""
    for device in filter(is_of_the_host, configuration.resources()):
        without = configuration.copy(configuration.owner)
        without.remove(device)
        try:
            check_host_devices(host, without, configuration)
        except MethodFailure as refusal:
            yield _about(host, configuration, device, str(refusal))


def _about(host: Host, configuration: Configuration, resource: Resource, text: str) -> JobError:
    return JobError(Code.FAILED, text, host.views.path(configuration, resource))


def _damage(host: Host, windows_path: str) -> str:
    """What is wrong with a disk; empty where it and its parents are whole."""
    if not _is_there(host, windows_path):
        return f"The virtual hard disk '{windows_path}' does not exist."
    try:
        with Chain.open(host.files.local(windows_path), host.files.local):
            return ""
    except (DiskError, BadHostPath) as error:
        return f"The virtual hard disk '{windows_path}' cannot be used: {error}."


def _is_there(host: Host, windows_path: str) -> bool:
    try:
        return host.files.local(windows_path).is_file()
    except BadHostPath:
        return False


def _unknown_switches(host: Host, configuration: Configuration) -> Iterator[JobError]:
    for connection in configuration.of_class(resources.ETHERNET_CONNECTION.class_name):
        guid = connected_switch(connection)
        if guid is not None and host.switches.name_of(guid) is None:
            name = connection.text("LastKnownSwitchName") or guid
            text = f"There is no virtual switch '{name}' on this host."
            yield _about(host, configuration, connection, text)


def _too_much_memory(host: Host, configuration: Configuration) -> Iterator[JobError]:
    # UNVERIFIED: that a VM is found not to fit which wants more memory than the host has
    for memory in configuration.of_class(resources.MEMORY.class_name):
        wanted_mb = memory.value("VirtualQuantity")
        if isinstance(wanted_mb, int) and wanted_mb > host.hardware.memory_mb:
            text = f"The host has no {wanted_mb} MB of memory."
            yield _about(host, configuration, memory, text)
