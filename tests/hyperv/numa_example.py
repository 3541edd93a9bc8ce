"""The usage guide's example: a host of two NUMA nodes, one machine that spans both and four small ones."""

from __future__ import annotations

from openhyperv.emulator.host.hardware import Hardware, adapters_for
from openhyperv.hyperv.facts import service_settings
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import SYSTEM_SERVICE
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from tests.hyperv.specs import GEN_2, machine_spec

GIB = 1024
TWO_NODES = Hardware(8, 32 * GIB, 2, adapters_for("HV1", 1))
"""16 GB each."""
Machines = dict[str, VirtualMachine]


def create_machines(host: Host) -> Machines:
    """Machine A spans two nodes, the others have one."""
    two_nodes = {**GEN_2, "hw_numa_nodes": "2"}
    made = {"A": host.create(machine_spec("A", two_nodes, vcpus=2, memory_mb=16 * GIB))}
    for name, size_gb in (("B", 6), ("C", 6), ("D", 2), ("E", 2)):
        made[name] = host.create(machine_spec(name, memory_mb=size_gb * GIB))
    return made


def span(host: Host, *, is_on: bool) -> None:
    """Switch the host's NUMA spanning."""
    settings = service_settings(host.session)
    changed = Instance(
        settings.class_name, {"InstanceID": settings["InstanceID"], "NumaSpanningEnabled": is_on}
    )
    text = instance_to_text(changed, host.session.schema)
    host.session.run(SYSTEM_SERVICE, "ModifyServiceSettings", {"SettingData": text})
