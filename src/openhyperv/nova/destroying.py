"""Removing an instance with everything it owned; what is gone already is no error."""

from __future__ import annotations

from nova import exception
from nova.objects.instance import Instance
from oslo_log import log

from openhyperv.errors import HyperVError
from openhyperv.hyperv.deleting import remove_folder
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.instances import identity_of
from openhyperv.nova.snapshots.holding import disks_held

LOG = log.getLogger(__name__)


def destroy_instance(compute: ComputeHost, instance: Instance) -> None:
    """Remove the instance's machine, its files, and its ports in Open vSwitch, whichever there still are.

    :raises HyperVError: the host refuses; what is left can be removed by the same call later
    """
    destroy_machine(compute, instance)
    give_up_ports(compute, instance)


def give_up_ports(compute: ComputeHost, instance: Instance) -> None:
    """Remove the ports of an instance whose adapters are gone from Open vSwitch.

    They do no harm there any more, so a database that does not answer holds nobody up: what is left of them
    goes later (:func:`~.leftover_ports.remove_leftover_ports`).
    """
    try:
        compute.ovs.unplug_all(instance)
    except HyperVError:
        LOG.warning("Its ports in Open vSwitch are to be removed later.", instance=instance, exc_info=True)


def destroy_machine(compute: ComputeHost, instance: Instance) -> None:
    """The same without its ports.

    :raises HyperVError: the host refuses; what is left can be removed by the same call later
    """
    try:
        with compute.instances.machine(instance) as machine, disks_held(instance):
            machine.delete()
    except exception.InstanceNotFound:
        LOG.info("There is no machine of this instance on the host.", instance=instance)
    compute.instances.forget(instance)
    delete_files(compute, instance)


def delete_files(compute: ComputeHost, instance: Instance) -> None:
    """Remove the folder of an instance that has no machine, if there is one, and its console log."""
    compute.consoles.forget(instance.uuid)
    folder = compute.host.layout.machine(identity_of(instance))
    if compute.host.share.exists(folder):
        remove_folder(compute.host.share, folder)
