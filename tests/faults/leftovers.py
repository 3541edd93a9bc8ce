"""What a failed operation may have left on an emulated host."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.machine.spec import MachineSpec

_PATIENCE_S = 10.0


def machines_named(emulated: EmulatedHost, name: str) -> list[str]:
    """The GUIDs of the virtual machines of that name."""
    return [system.guid for system in emulated.host.systems if system.name == name]


def files_of(emulated: EmulatedHost, spec: MachineSpec) -> list[str]:
    """The folder that a machine would have, and everything in it."""
    folder = emulated.host.files.local(rf"C:\OpenHyperV\machines\{spec.identity}")
    return [str(folder), *map(str, folder.rglob("*"))] if folder.exists() else []


def running_jobs(emulated: EmulatedHost) -> list[str]:
    """The jobs that have not ended."""
    return [job.description for job in emulated.host.jobs.all() if not job.state.is_final]


def assert_nothing_left(emulated: EmulatedHost, spec: MachineSpec) -> None:
    """No machine, no file, no job, no enumeration, and no subscription but that of the session's jobs."""
    assert machines_named(emulated, spec.name) == []
    assert files_of(emulated, spec) == []
    assert running_jobs(emulated) == []
    enumerations, subscriptions = emulated.contexts.counts()
    assert enumerations == 0
    assert subscriptions <= 1


def orphans(emulated: EmulatedHost) -> list[str]:
    """What belongs to no machine: planned machines, jobs, and files among those of machines."""
    planned = [system.name for system in emulated.host.systems.with_planned() if system.is_planned]
    owned = {
        str(system.configuration.value("ConfigurationDataRoot")).lower() for system in emulated.host.systems
    }
    root = emulated.host.files.local(r"C:\OpenHyperV\machines")
    found = sorted(root.iterdir()) if root.exists() else []
    strays = [path for path in found if rf"c:\openhyperv\machines\{path.name.lower()}" not in owned]
    partial = [path for path in root.rglob("*") if path.suffix in (".part", ".lock")]
    return [*planned, *running_jobs(emulated), *map(str, strays), *map(str, partial)]


def wait_until(is_so: Callable[[], bool], timeout_s: float = _PATIENCE_S) -> bool:
    """Whether it has become so in time."""
    deadline_s = monotonic() + timeout_s
    while not is_so():
        if monotonic() > deadline_s:
            return False
        sleep(0.02)
    return True
