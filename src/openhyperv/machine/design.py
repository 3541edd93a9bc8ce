"""From a request to a specification: every rule, once, in one order."""

from __future__ import annotations

from openhyperv.errors import error_context
from openhyperv.machine.remarks import Remarks
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.rules.boot_order import boot_order_of, check_boot_indexes
from openhyperv.machine.rules.drives import drives_of, scsi_controllers_of
from openhyperv.machine.rules.generation import generation_of
from openhyperv.machine.rules.host_devices import host_devices_of
from openhyperv.machine.rules.host_gate import check_host
from openhyperv.machine.rules.lifecycle import checkpoints_of, stop_action_of
from openhyperv.machine.rules.network import network_adapters_of
from openhyperv.machine.rules.refusals import refuse_unsupported
from openhyperv.machine.rules.secure_boot import secure_boot_of
from openhyperv.machine.rules.security import security_of
from openhyperv.machine.rules.serial_ports import serial_ports_of
from openhyperv.machine.rules.sizing import sizing_of
from openhyperv.machine.rules.texts import check_metadata, check_name, check_text
from openhyperv.machine.spec import Generation, MachineSpec


def design_machine(request: MachineRequest) -> MachineSpec:
    """The machine that the request asks for.

    The same request always gives the same specification. Nothing that it asks for is left out in silence:
    what was rounded or switched off is among the specification's remarks.

    :raises BrokenRuleError: the request breaks a rule; ``rule`` and ``subject`` say which and where
    :raises UnsupportedError: it asks for something that this host, or this library, does not offer
    """
    with error_context(operation="design a machine"):
        check_host(request.image, request.host)
        refuse_unsupported(request.image, request.flavor)
        check_boot_indexes((*request.drives, *request.network_adapters))
        return _designed(request, generation_of(request.image, request.host))


def _designed(request: MachineRequest, generation: Generation) -> MachineSpec:
    image, flavor, host, remarks = request.image, request.flavor, request.host, Remarks()
    disks, dvds = drives_of(request, generation, remarks)
    devices = host_devices_of(request, generation)
    sizing = sizing_of(request, generation, devices, remarks)
    secure_boot = secure_boot_of(image, flavor, generation, host)
    security = security_of(request, generation, secure_boot, remarks)
    return MachineSpec(
        name=check_name(request.name),
        identity=request.identity,
        generation=generation,
        processors=sizing.processors,
        memory=sizing.memory,
        numa=sizing.numa,
        boot_order=boot_order_of(request, generation, (*disks, *dvds)),
        secure_boot=secure_boot,
        security=security,
        disks=disks,
        dvds=dvds,
        network_adapters=network_adapters_of(request.network_adapters, generation, host),
        serial_ports=serial_ports_of(image, request.identity, security, remarks),
        scsi_controllers=scsi_controllers_of((*disks, *dvds)),
        graphics=devices.graphics,
        gpu_partitions=devices.gpu_partitions,
        pci_devices=devices.pci_devices,
        mmio=devices.mmio,
        stop_action=stop_action_of(request, has_device=devices.pin_the_machine),
        checkpoints=checkpoints_of(request),
        notes=check_text("notes", request.notes),
        metadata=check_metadata(request.metadata),
        asset_tag=check_text("asset tag", request.asset_tag),
        host=host,
        remarks=remarks.all(),  # last: the arguments above make them
    )
