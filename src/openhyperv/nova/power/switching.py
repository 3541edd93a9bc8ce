"""Switching instances on and off; whoever asks twice, such as a service that was killed, is no error."""

from __future__ import annotations

from nova.objects.instance import Instance

from openhyperv.errors import ConflictError
from openhyperv.hyperv.states import MachineState
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.consoles.offering import keep_console
from openhyperv.nova.power.metering import meter_if_wanted

_ASK_AGAIN_S = 5
"""How often a guest is asked to shut down where Nova does not say."""


def bring_instance_to(compute: ComputeHost, instance: Instance, state: MachineState) -> None:
    """Bring an instance to a state, whatever it does now; one request and an event.

    :raises ConflictError: no way leads from its present state to that one
    """
    with compute.instances.machine(instance) as machine:
        machine.reach(state)


def power_on(compute: ComputeHost, instance: Instance) -> None:
    """Start an instance, or let one go on that is saved or paused; it is metered if the operator wants that.

    :raises JobError: the host cannot start it
    """
    with compute.instances.machine(instance) as machine:
        keep_console(compute, instance.uuid, machine.guid)
        machine.reach(MachineState.RUNNING)
        meter_if_wanted(machine, instance)


def power_off(compute: ComputeHost, instance: Instance, timeout_s: int, retry_s: int) -> None:
    """Have the guest shut down, asked every ``retry_s`` seconds for ``timeout_s``; then pull the plug.

    Without a ``timeout_s``, or where no guest runs that could hear it, the plug is pulled at once.
    """
    with compute.instances.machine(instance) as machine:
        if timeout_s > 0 and machine.state() is MachineState.RUNNING:
            _shut_down(machine, timeout_s, retry_s)
        else:
            machine.reach(MachineState.OFF)


def _shut_down(machine: VirtualMachine, timeout_s: int, retry_s: int) -> None:
    ask_again_s = retry_s if retry_s > 0 else _ASK_AGAIN_S
    try:
        machine.shut_down(timeout_s=timeout_s, ask_again_s=ask_again_s, then_turn_off=True)
    except ConflictError:
        machine.reach(MachineState.OFF)  # it went off, or was paused, while it was asked
