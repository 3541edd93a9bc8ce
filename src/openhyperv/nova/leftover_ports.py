"""Ports in Open vSwitch that no adapter has any more: its database did not answer when they were to go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from nova.context import RequestContext
from nova.objects.instance import Instance
from oslo_log import log

from openhyperv.errors import HyperVError
from openhyperv.hyperv.ports.adapter_names import adapter_names
from openhyperv.hyperv.states import MachineState
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.known_instances import known_instance
from openhyperv.nova.open_vswitch.bridge_ports import PluggedPort

LOG = log.getLogger(__name__)


def remove_leftover_ports(compute: ComputeHost, context: RequestContext) -> None:
    """Remove the ports of instances that have no adapter of that name on the host; tell of broken ones.

    A port stays of which Nova does not know whose it was, or whose instance belongs here and has lost its
    machine, or is being worked at. Where the host or the database does not answer, the next time goes on.
    """
    try:
        compute.ovs.tidy(partial(_leftover, compute, context))
    except HyperVError:
        LOG.warning("Ports in Open vSwitch that are left over stay until the next time.", exc_info=True)


def _leftover(compute: ComputeHost, context: RequestContext, ports: Iterable[PluggedPort]) -> Iterator[str]:
    """An adapter is there before its port is plugged, which does not happen meanwhile."""
    plugged = list(ports)
    names = adapter_names(compute.host.session) if plugged else frozenset()
    for port in plugged:
        if port.name in names:
            _tell_error(compute, port)
        elif _is_done_with(compute, known_instance(context, port.owner)):
            LOG.info("Removing port %s from Open vSwitch: no adapter has it any more.", port.name)
            yield port.name


def _is_done_with(compute: ComputeHost, instance: Instance | None) -> bool:
    if instance is None or instance.deleted:
        return instance is not None
    has_machine = instance.uuid in compute.instances.all(cached=True)
    return instance.task_state is None and (has_machine or instance.host != compute.name)


def _tell_error(compute: ComputeHost, port: PluggedPort) -> None:
    """Not of a machine that is off, whose ports are no interfaces of Windows yet."""
    machine = compute.instances.all(cached=True).get(port.owner)
    if port.error and machine is not None and machine.state is MachineState.RUNNING:
        LOG.warning("Open vSwitch does not forward for port %s: %s", port.name, port.error)
