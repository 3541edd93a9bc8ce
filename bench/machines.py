"""The life of a machine: what each operation costs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pycdlib

from bench import baseline
from bench.counting import Counter, Sample, summed_up
from bench.emulated import RunningHost, running_host
from bench.results import OperationResult
from bench.scale import Scale
from openhyperv.cim.session import Session
from openhyperv.files.push import push_file
from openhyperv.files.share import HostFiles
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.host import Host, share_settings_of
from openhyperv.hyperv.names import service
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.boot import UefiBoot
from openhyperv.machine.drives import BlankDisk, Bus, Disk, Dvd, Slot
from openhyperv.machine.host_version import WINDOWS_2025
from openhyperv.machine.memory import Memory
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.processors import Processors
from openhyperv.machine.spec import Generation, MachineSpec
from openhyperv.transport.pool import Pool
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance

_SWITCH = "bench"
_CONFIG_DRIVE = WindowsPath.parse("C:\\OpenHyperV\\config.iso")
_AT_ONCE = 8


def measure_machines(scale: Scale, folder: Path) -> Iterator[OperationResult]:
    """Info, create and start, start, stop and delete, one after the other; then many deletes at once."""
    with running_host(folder) as running, Host.connect(running.target) as host:
        _prepare(host, folder)
        yield from _Life(host, Counter(running, host.session), scale.repetitions).results()
    with running_host(folder, "--vms", str(scale.deletes)) as running:
        yield _many_deletes(running)


def _prepare(host: Host, folder: Path) -> None:
    """A switch and a config drive, as every host of a cloud has; and the subscription to jobs."""
    settings = Instance("Msvm_VirtualEthernetSwitchSettingData", {"ElementName": _SWITCH})
    arguments = {"SystemSettings": instance_to_text(settings, host.session.schema)}
    host.session.run(service("Msvm_VirtualEthernetSwitchManagementService"), "DefineSystem", arguments)
    iso = pycdlib.PyCdlib()
    iso.new(vol_ident="config-2", joliet=3)
    iso.write(str(folder / "config.iso"))
    push_file(host.share, folder / "config.iso", _CONFIG_DRIVE)


def _specification() -> MachineSpec:
    """Generation 2 with a disk, an adapter on a switch, and a config drive."""
    disk, dvd = (Slot(Bus.SCSI, 0, location) for location in range(2))
    return MachineSpec(
        name="bench",
        identity=uuid4(),
        generation=Generation.TWO,
        processors=Processors(2),
        memory=Memory.static(2048),
        boot_order=UefiBoot((disk,)),
        disks=(Disk("root", BlankDisk(), disk, size_bytes=10 << 30),),
        dvds=(Dvd("config", str(_CONFIG_DRIVE), dvd),),
        network_adapters=(NetworkAdapter("net", switch=_SWITCH),),
        host=WINDOWS_2025,
    )


class _Life:
    """Takes machines through their lives, and keeps the samples of each operation."""

    def __init__(self, host: Host, counter: Counter, repetitions: int) -> None:
        self._host = host
        self._counter = counter
        self._lives = [self._live() for _ in range(repetitions)]

    def _live(self) -> dict[str, Sample]:
        made: list[VirtualMachine] = []
        sample = self._counter.sample
        created = sample(lambda: made.append(self._create_and_start()))
        (machine,) = made
        return {
            "create": created,
            "info": sample(machine.summary),
            "stop": sample(machine.turn_off),
            "start": sample(machine.start),
            "delete": sample(machine.delete),
        }

    def _create_and_start(self) -> VirtualMachine:
        machine = self._host.create(_specification())
        machine.start()
        return machine

    def results(self) -> Iterator[OperationResult]:
        """Each operation with its target."""
        yield self._result("info of one", "info", baseline.INFO, 1)
        title = "create (disk, NIC, config drive), start"
        yield self._result(title, "create", baseline.CREATE_AND_START, 8)
        yield self._result("start", "start", baseline.POWER, 1)
        yield self._result("turn off", "stop", baseline.POWER, 1)
        yield self._result("delete, running", "delete", baseline.DELETE, 3)

    def _result(
        self, name: str, key: str, predecessors: baseline.Baseline, most_requests: int
    ) -> OperationResult:
        samples = [life[key] for life in self._lives]
        return summed_up(name, samples, baseline=predecessors, most_requests=most_requests)


def _many_deletes(running: RunningHost) -> OperationResult:
    """Delete every machine of a host, some at a time."""
    target = running.target
    session = Session(Pool(target, size=_AT_ONCE + 1))
    with Host(session, HostFiles(share_settings_of(target))) as host, ThreadPoolExecutor(_AT_ONCE) as workers:
        machines = [host.machine(listing.guid) for listing in host.machines()]
        session.jobs.watch.start()
        sample = Counter(running, session).sample(lambda: list(workers.map(VirtualMachine.delete, machines)))
        count = len(machines)
        return summed_up(
            f"{count} deletes, {_AT_ONCE} at a time",
            [sample],
            baseline=baseline.DELETE.times(count),
            most_requests=3 * count,
        )
