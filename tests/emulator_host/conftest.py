"""An emulated host with all providers and guests that are states only, without a network in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from attrs import frozen

from openhyperv.emulator.cimom.object_manager import ObjectManager
from openhyperv.emulator.cimom.provider import Result
from openhyperv.emulator.cimom.registry import Registry
from openhyperv.emulator.guests.machine import GuestRunner
from openhyperv.emulator.guests.state_only import StateOnlyRunner
from openhyperv.emulator.host.hardware import Hardware, adapters_for
from openhyperv.emulator.host.host import Host
from openhyperv.emulator.host.opening import open_host
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.host.switches.uplinks import Surroundings
from openhyperv.emulator.host.switches.wiring import FabricWiring, NoWiring
from openhyperv.emulator.network.fabric import Fabric
from openhyperv.emulator.providers.host_services import host_providers
from openhyperv.emulator.providers.virtual_machines import virtual_machine_providers
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value

DEADLINE_S = 20
V2 = "root/virtualization/v2"
SERVICE = "Msvm_VirtualSystemManagementService"
SUB_TYPE = "Microsoft:Hyper-V:SubType:"


@frozen
class Emulated:
    """A host and the object manager in front of it."""

    host: Host
    manager: ObjectManager

    def all(self, class_name: str) -> list[Instance]:
        """Every instance of a class and its subclasses."""
        return self.manager.enumerate(V2, class_name)

    def query(self, text: str) -> list[Instance]:
        """What a WQL query answers."""
        return self.manager.query(V2, self.manager.parse(text, V2))

    def get(self, path: ObjectPath | None) -> Instance:
        """One instance."""
        assert path is not None
        return self.manager.get(path)

    def associated(self, path: ObjectPath, result_class: str, association: str = "") -> list[Instance]:
        """What is associated with an object."""
        through = f"AssocClass={association} " if association else ""
        return self.query(f"ASSOCIATORS OF {{{path}}} WHERE {through}ResultClass={result_class}")

    def invoke(self, path: ObjectPath, method: str, **arguments: Value) -> Result:
        """Call a method of an object."""
        return self.manager.invoke(path, method, arguments, "administrator")

    def call(self, method: str, **arguments: Value) -> Result:
        """Call a method of the virtual system management service."""
        return self.call_of(SERVICE, method, **arguments)

    def call_of(self, class_name: str, method: str, **arguments: Value) -> Result:
        """Call a method of the only instance of a class."""
        (service,) = self.all(class_name)
        assert service.path is not None
        return self.invoke(service.path, method, **arguments)

    def text(self, class_name: str, values: Mapping[str, Any]) -> str:
        """An embedded instance as clients send it."""
        return instance_to_text(Instance(class_name, values), self.host.schema)

    def define(
        self, name: str = "vm", generation: int = 2, resources: Sequence[str] = (), **values: Value
    ) -> ObjectPath:
        """Define a VM; returns its Msvm_ComputerSystem."""
        settings = {"ElementName": name, "VirtualSystemSubType": f"{SUB_TYPE}{generation}", **values}
        text = self.text("Msvm_VirtualSystemSettingData", settings)
        result = self.call("DefineSystem", SystemSettings=text, ResourceSettings=list(resources))
        assert result.return_value == 0, result
        path = result.out["ResultingSystem"]
        assert isinstance(path, ObjectPath)
        return path

    def settings_of(self, system: ObjectPath) -> Instance:
        """A VM's present settings."""
        (settings,) = self.associated(system, "Msvm_VirtualSystemSettingData", "Msvm_SettingsDefineState")
        return settings

    def devices_of(self, system: ObjectPath, class_name: str) -> list[Instance]:
        """The settings of a VM's devices of a class."""
        path = self.settings_of(system).path
        assert path is not None
        return self.associated(path, class_name, "Msvm_VirtualSystemSettingDataComponent")

    def state(self, system: ObjectPath) -> Value:
        """A VM's EnabledState."""
        return self.get(system)["EnabledState"]

    def finish(self, result: Result) -> Instance:
        """The job that a result refers to, once it is over."""
        assert result.return_value == 4096, result
        path = result.out["Job"]
        assert isinstance(path, ObjectPath)
        return self.until(lambda: self.get(path), lambda job: job["JobState"] in (7, 8, 9, 10))

    def request(self, system: ObjectPath, state: int) -> Instance:
        """Ask a VM for a state; returns the finished job."""
        return self.finish(self.invoke(system, "RequestStateChange", RequestedState=state))

    @staticmethod
    def until(look: Callable[[], Instance], is_there: Callable[[Instance], bool]) -> Instance:
        """Look until it is as wanted, within a deadline."""
        deadline = monotonic() + DEADLINE_S
        while not is_there(found := look()):
            assert monotonic() < deadline, f"still {found}"
            sleep(0.005)
        return found


def emulate(
    folder: Path,
    release: str = "2025",
    runner: GuestRunner | None = None,
    *,
    is_guarded: bool = False,
    processor_mhz: int = 2000,
    fabric: Fabric | None = None,
) -> Emulated:
    """A host with 96 GB of memory, its state in ``folder``; ``fabric`` carries its frames, if it has any."""
    hardware = Hardware(
        logical_processors=24,
        memory_mb=98_304,
        adapters=adapters_for("HV1", 1),
        is_guarded=is_guarded,
        processor_mhz=processor_mhz,
    )
    wiring = FabricWiring(fabric, Surroundings("HV1", hardware)) if fabric else NoWiring()
    runner = runner or StateOnlyRunner()
    host = open_host("hv1", Profile.named(release), folder, runner, hardware, wiring)
    providers = [*host_providers(host), *virtual_machine_providers(host)]
    registry = Registry(host.schema, providers)
    return Emulated(host, ObjectManager(host.schema, registry, host.lock, host.name, host.events))


@pytest.fixture
def emulated(tmp_path: Path) -> Iterator[Emulated]:
    """A Windows Server 2025 host."""
    emulated = emulate(tmp_path)
    yield emulated
    emulated.host.close()
