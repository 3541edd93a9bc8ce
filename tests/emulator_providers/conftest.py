"""An emulated host with all providers, without a network in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from attrs import frozen

from openhyperv.emulator.cimom.object_manager import ObjectManager
from openhyperv.emulator.cimom.provider import Result
from openhyperv.emulator.cimom.registry import Registry
from openhyperv.emulator.guests.state_only import StateOnlyRunner
from openhyperv.emulator.host.hardware import Hardware, adapters_for
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.jobs.view import job_instance
from openhyperv.emulator.host.opening import open_host
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.providers.host_services import host_providers
from openhyperv.emulator.providers.virtual_machines import virtual_machine_providers
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

DEADLINE_S = 20
V2 = "root/virtualization/v2"


@frozen
class Emulated:
    """A host and the object manager in front of it."""

    host: Host
    manager: ObjectManager

    def all(self, class_name: str, namespace: str = V2) -> list[Instance]:
        """Every instance of a class and its subclasses."""
        return self.manager.enumerate(namespace, class_name)

    def only(self, class_name: str, namespace: str = V2) -> Instance:
        """The only instance of a class."""
        (instance,) = self.all(class_name, namespace)
        return instance

    def query(self, text: str, namespace: str = V2) -> list[Instance]:
        """What a WQL query answers."""
        return self.manager.query(namespace, self.manager.parse(text, namespace))

    def on_machine(self, method: str, name: str = "vm", **arguments: Value) -> Result:
        """Call a method of the virtual machine of that name."""
        (machine,) = self.query(f"SELECT * FROM Msvm_ComputerSystem WHERE ElementName='{name}'")
        assert machine.path is not None
        return self.manager.invoke(machine.path, method, arguments, "administrator")

    def call(self, class_name: str, method: str, **arguments: Value) -> Result:
        """Call a method of the only instance of a class."""
        path = self.only(class_name).path
        assert path is not None
        return self.manager.invoke(path, method, arguments, "administrator")

    def text(self, class_name: str, values: Mapping[str, Value]) -> str:
        """An embedded instance as clients send it."""
        return instance_to_text(Instance(class_name, values), self.host.schema)

    def finished_job(self, result: Result) -> Instance:
        """The job that a result refers to, once it is over."""
        assert result.return_value == 4096
        path = result.out["Job"]
        assert isinstance(path, ObjectPath)
        job = self.host.jobs.find(str(path.key("InstanceID")))
        assert job is not None
        deadline = monotonic() + DEADLINE_S
        while not job.state.is_final:
            assert monotonic() < deadline, "the job did not end in time"
            sleep(0.005)
        return job_instance(job)


Emulate = Callable[..., Emulated]


@pytest.fixture
def emulate(tmp_path: Path) -> Iterator[Emulate]:
    """Makes hosts with 24 processors in two NUMA nodes and two network adapters; closes them in the end.

    Hosts made in the same ``folder`` are one host before and after a restart.
    """
    with ExitStack() as hosts:

        def emulated(release: str = "2025", folder: str = "host", **devices: Any) -> Emulated:
            hardware = Hardware(24, 98_304, 2, adapters_for("HV1", 2), **devices)
            host = open_host("hv1", Profile.named(release), tmp_path / folder, StateOnlyRunner(), hardware)
            hosts.callback(host.close)
            registry = Registry(host.schema, [*host_providers(host), *virtual_machine_providers(host)])
            return Emulated(host, ObjectManager(host.schema, registry, host.lock, host.name, host.events))

        yield emulated


@pytest.fixture
def emulated(emulate: Emulate) -> Emulated:
    """A Windows Server 2025 host."""
    return emulate()
