"""Starting a virtual machine: what is checked first, and what a failure says."""

from __future__ import annotations

from attrs import evolve

from openhyperv.emulator.guests.machine import GuestError, GuestEvent, GuestMachine
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import JobFailure
from openhyperv.emulator.host.machines.exchange import give_items
from openhyperv.emulator.host.machines.gpu_partitions import take_partition
from openhyperv.emulator.host.machines.remotefx import check_video_memory
from openhyperv.emulator.host.machines.virtual_system import Session, VirtualSystem
from openhyperv.emulator.host.numa.memory_use import find_room
from openhyperv.emulator.host.power.guest_machine import guest_machine
from openhyperv.emulator.host.shielding.unwrapping import transport_key
from openhyperv.emulator.host.storage.disk_checks import check_disks, check_free
from openhyperv.emulator.host.switches.mac_addresses import assign_addresses, has_unassigned


def start_guest(host: Host, system: VirtualSystem, *, restore: bool) -> None:
    """Boot a VM, or let it go on from its saved state. Returns once the guest runs; call it without the lock.

    :raises JobFailure: with the text that the job ends with
    """
    try:
        machine, session = _prepare(host, system)
        check_disks(machine.drives, machine.generation, host.files)
        check_free(host.disk_use, system, machine.drives)
        _run(host, system, session, machine, restore=restore)
    except JobFailure as failure:
        text = f"'{system.name}' failed to start. (Virtual machine ID {system.guid}) {failure.text}"
        raise JobFailure(failure.code, text) from failure


def _prepare(host: Host, system: VirtualSystem) -> tuple[GuestMachine, Session]:
    with host.lock:
        if has_unassigned(system.configuration):
            with host.changing(system):
                assign_addresses(system.configuration, host.systems, host.service_settings)
        machine = guest_machine(system.configuration, host.files, host.state_dir(system), host.hardware)
        if machine.has_tpm:
            key = transport_key(host, system.configuration.protection.key_protector)
            machine = evolve(machine, tpm_key=key)
        _check_memory(host, system, machine.memory_mb)
        others = [other for other in host.systems if other is not system]
        check_video_memory(system.configuration, host.hardware.gpus, others)
        session = system.session = Session(residences=find_room(host, system.configuration))
        take_partition(host, system)
    machine.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return machine, session


def _check_memory(host: Host, system: VirtualSystem, memory_mb: int) -> None:
    used = sum(memory_of(other) for other in host.systems if other.state.is_on and other is not system)
    if used + memory_mb > host.hardware.memory_mb:
        raise JobFailure(
            Code.OUT_OF_MEMORY,
            f"Not enough memory in the system to start the virtual machine with {memory_mb} MB.",
        )


def memory_of(system: VirtualSystem) -> int:
    """The memory that a VM takes when it runs, in MB."""
    return next(system.configuration.of_class("Msvm_MemorySettingData")).number("VirtualQuantity")


def _run(
    host: Host, system: VirtualSystem, session: Session, machine: GuestMachine, *, restore: bool
) -> None:
    def on_event(event: GuestEvent) -> None:
        host.guest_events.put(system, session, event)

    begin = host.runner.restore if restore else host.runner.start
    try:
        guest = begin(machine, on_event)
    except GuestError as error:
        raise JobFailure(Code.FAILED, str(error)) from error
    with host.lock:
        session.guest = guest
        give_items(system, host.name, host.schema)
        _note_key_protector(host, system)


def _note_key_protector(host: Host, system: VirtualSystem) -> None:
    """The key protector is a good one: the VM has started with it."""
    protection = system.configuration.protection
    good = evolve(protection, last_good_key_protector=protection.key_protector)
    if system.configuration.security.get("TpmEnabled") is True and good != protection:
        with host.changing(system):
            system.configuration.protection = good
