"""From a request to a specification: every rule, once, in one order."""

from __future__ import annotations

from openhyperv.machine.memory import Memory
from openhyperv.machine.processors import Processors
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.rules.boot_order import boot_order_of, check_boot_indexes
from openhyperv.machine.rules.drives import drives_of, scsi_controllers_of
from openhyperv.machine.rules.generation import generation_of
from openhyperv.machine.rules.host_gate import check_host
from openhyperv.machine.rules.network import network_adapters_of
from openhyperv.machine.rules.refusals import refuse_unsupported
from openhyperv.machine.rules.secure_boot import secure_boot_of
from openhyperv.machine.rules.serial_ports import serial_ports_of
from openhyperv.machine.rules.size import check_memory, check_vcpus
from openhyperv.machine.rules.texts import check_metadata, check_name, check_text
from openhyperv.machine.spec import MachineSpec


def design_machine(request: MachineRequest) -> MachineSpec:
    """The machine that the request asks for.

    The same request always gives the same specification. Nothing that it asks for is left out in silence.

    :raises BrokenRuleError: the request breaks a rule; ``rule`` and ``subject`` say which and where
    :raises UnsupportedError: it asks for something that this host, or this library, does not offer
    """
    image, flavor, host = request.image, request.flavor, request.host
    check_host(image, host)
    refuse_unsupported(image, flavor)
    generation = generation_of(image, host)
    check_boot_indexes((*request.drives, *request.network_adapters))
    disks, dvds = drives_of(request, generation)
    return MachineSpec(
        name=check_name(request.name),
        identity=request.identity,
        generation=generation,
        processors=Processors(check_vcpus(flavor.vcpus, generation, host)),
        memory=Memory.static(check_memory(flavor.memory_mb, generation, host)),
        boot_order=boot_order_of(request, generation, (*disks, *dvds)),
        secure_boot=secure_boot_of(image, flavor, generation, host),
        disks=disks,
        dvds=dvds,
        network_adapters=network_adapters_of(request.network_adapters, generation, host),
        serial_ports=serial_ports_of(image, request.identity),
        scsi_controllers=scsi_controllers_of((*disks, *dvds)),
        notes=check_text("notes", request.notes),
        metadata=check_metadata(request.metadata),
        host=host,
    )
