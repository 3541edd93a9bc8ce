"""Making an edited configuration a VM's own: at once, or by a job that changes the running guest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.guests.machine import GuestError
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.running import Job, JobFailure
from openhyperv.emulator.host.jobs.state import JobType
from openhyperv.emulator.host.machines.configuration import Configuration
from openhyperv.emulator.host.machines.host_devices import check_host_devices
from openhyperv.emulator.host.machines.virtual_system import SystemState, VirtualSystem
from openhyperv.emulator.host.numa.memory_use import reserve_memory, settle_memory
from openhyperv.emulator.host.power.hotplug import Step, added_drives, link_steps, plan
from openhyperv.emulator.host.power.transitions import guest_of
from openhyperv.emulator.host.storage.disk_checks import check_free
from openhyperv.emulator.host.switches.mac_addresses import assign_addresses


def reconfigure(host: Host, system: VirtualSystem, edited: Configuration) -> Job | None:
    """Take over an edited configuration; call it under the lock. A job is returned where the guest changes.

    Until that job is done the VM shows the new configuration already; if it fails, the old one again.

    :raises MethodFailure: 32775 where the change needs a VM that is off, or another change is under way
    """
    is_kept_saved = system.state is SystemState.SAVED and not system.is_planned
    if system.is_busy or is_kept_saved:
        raise MethodFailure(Code.INVALID_STATE, "The VM cannot be changed in its present state.")
    check_host_devices(host, system.configuration, edited)
    steps: Sequence[Step] = ()
    links: Sequence[Step] = ()
    if system.state.is_on:
        links = list(link_steps(system.configuration, edited))
        steps = plan(system.configuration, edited, host.files, host.profile)
        reserve_memory(host, system, edited)
    if not steps:
        _plug(system, links)
        _take_over(host, system, edited)
        return None
    assign_addresses_or_refuse(host, edited)
    previous = system.configuration
    steps = [*steps, *links]
    _take_over(host, system, edited)
    system.is_being_reconfigured = True
    return host.jobs.run(
        JobType.MODIFY_RESOURCES,
        lambda _job: _perform(host, system, previous, steps),
        affected=[system.path],
        description="Modifying Virtual Machine Resources",
        cancellable=False,
        abandoned=lambda: _finish(host, system, previous),
    )


def assign_addresses_or_refuse(host: Host, configuration: Configuration) -> None:
    """Give a running VM's new adapters their addresses.

    :raises MethodFailure: none is left
    """
    try:
        assign_addresses(configuration, host.systems, host.service_settings)
    except JobFailure as failure:
        raise MethodFailure(Code.FAILED, failure.text) from failure


def _plug(system: VirtualSystem, links: Iterable[Step]) -> None:
    """Plug cables in and pull them out at once: nothing has to be waited for.

    :raises MethodFailure: the guest does not take it
    """
    try:
        for step in links:
            step(guest_of(system))
    except (GuestError, JobFailure) as error:
        raise MethodFailure(Code.FAILED, str(error)) from error


def _take_over(host: Host, system: VirtualSystem, configuration: Configuration) -> None:
    with host.changing(system):
        system.configuration = configuration
        system.configuration_changed = datetime.now(UTC)


def _perform(host: Host, system: VirtualSystem, previous: Configuration, steps: Sequence[Step]) -> None:
    try:
        check_free(host.disk_use, system, added_drives(previous, system.configuration, host.files))
        for step in steps:
            step(guest_of(system))
    except GuestError as error:
        _finish(host, system, previous)
        raise JobFailure(Code.FAILED, f"'{system.name}' failed to modify device: {error}") from error
    except JobFailure:
        _finish(host, system, previous)
        raise
    _finish(host, system, system.configuration)


def _finish(host: Host, system: VirtualSystem, configuration: Configuration) -> None:
    with host.lock:
        system.is_being_reconfigured = False
        if system.configuration is not configuration:
            _take_over(host, system, configuration)
        settle_memory(host, system)
