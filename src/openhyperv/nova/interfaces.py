"""Ports of an instance that come and go while it exists.

An adapter is connected by the Neutron agent, which hears of it by event; nobody waits for that here, as Nova
answers its user when the adapter is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from nova import exception
from nova.context import RequestContext
from nova.network.model import VIF
from nova.objects.instance import Instance
from oslo_log import log

from openhyperv.errors import HyperVError, NotFoundError
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.device_metadata import remember_tags_of_ports
from openhyperv.nova.network_adapters import network_adapter_of

LOG = log.getLogger(__name__)


def attach_interface(compute: ComputeHost, context: RequestContext, instance: Instance, vif: VIF) -> None:
    """Add the adapter of a port; to a machine that runs where generation and release of Windows allow it.

    :raises InterfaceAttachFailed: they do not, or the host refuses; the message says why
    """
    remember_tags_of_ports(context, instance)  # Nova forgets those of a port that is not attached after all
    try:
        adapter = network_adapter_of(vif, compute.ovs)
        with compute.instances.machine(instance) as machine:
            machine.adapters.add(adapter)
            with _removed_if_not_plugged(machine, adapter):
                compute.ovs.plug(instance, [vif])
    except (HyperVError, exception.VirtualInterfacePlugException) as error:
        raise exception.InterfaceAttachFailed(
            f"Port {vif['id']} was not attached: {error}", instance_uuid=instance.uuid
        ) from error


def detach_interface(compute: ComputeHost, instance: Instance, vif: VIF) -> None:
    """Remove the adapter of a port; one that is gone already is no error.

    :raises InterfaceDetachFailed: the machine has to be off for it, or the host refuses
    """
    try:
        with compute.instances.machine(instance) as machine:
            _remove(machine, instance, vif)
        compute.ovs.unplug(vif)
    except HyperVError as error:
        raise exception.InterfaceDetachFailed(
            f"Port {vif['id']} was not detached: {error}", instance_uuid=instance.uuid
        ) from error


def _remove(machine: VirtualMachine, instance: Instance, vif: VIF) -> None:
    try:
        machine.adapters.remove(vif["id"])
    except NotFoundError:
        LOG.warning("The machine has no adapter of port %s any more.", vif["id"], instance=instance)


@contextmanager
def _removed_if_not_plugged(machine: VirtualMachine, adapter: NetworkAdapter) -> Iterator[None]:
    """Nova gives a port up that is not attached: its adapter must not stay."""
    try:
        yield
    except HyperVError:
        machine.adapters.remove(adapter.name)
        raise
