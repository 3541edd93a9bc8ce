"""What Nova asks of an instance's console."""

from __future__ import annotations

from nova import exception
from nova.console.type import ConsoleSerial
from nova.objects.instance import Instance
from oslo_log import log

from openhyperv.errors import AccessDeniedError, ConflictError
from openhyperv.hyperv.serial.console_pipes import pipes_of_spec
from openhyperv.machine.spec import MachineSpec
from openhyperv.nova.compute_host import ComputeHost

LOG = log.getLogger(__name__)
_NO_CONSOLE = (AccessDeniedError, ConflictError)
"""The machine is shielded or encrypted, or has no serial port with a pipe."""


def keep_console(compute: ComputeHost, uuid: str, guid: str) -> None:
    """Keep the log of a machine that is about to start, if it has one; in two requests, or none."""
    try:
        compute.consoles.keep(uuid, guid).expect()
    except _NO_CONSOLE as error:
        LOG.info("No console log is kept: %s", error, instance_uuid=uuid)


def keep_new_console(compute: ComputeHost, instance: Instance, spec: MachineSpec) -> None:
    """The same for a machine that was just made as specified, which takes no request."""
    pipes = pipes_of_spec(spec)
    if pipes is not None:
        compute.consoles.keep_at(instance.uuid, pipes)


def console_output(compute: ComputeHost, instance: Instance) -> bytes:
    """What is kept of what the instance said, at most 1 MiB; no request while it runs, else two.

    :raises ConsoleNotAvailable: it is shielded or encrypted, or has no serial port
    """
    with compute.instances.machine(instance) as machine:
        try:
            compute.consoles.keep(instance.uuid, machine.guid)
        except _NO_CONSOLE as error:
            raise exception.ConsoleNotAvailable from error
    return compute.consoles.output(instance.uuid)


def serial_console(compute: ComputeHost, instance: Instance) -> ConsoleSerial:
    """Where nova-serialproxy reaches the instance; the port stays the same as long as its machine runs.

    :raises ConsoleTypeUnavailable: it is shielded or encrypted, or no serial port of it takes keys
    """
    with compute.instances.machine(instance) as machine:
        try:
            address, port = compute.consoles.keep(instance.uuid, machine.guid).place()
        except _NO_CONSOLE as error:
            raise exception.ConsoleTypeUnavailable(console_type="serial") from error
    return ConsoleSerial(host=address, port=port)
