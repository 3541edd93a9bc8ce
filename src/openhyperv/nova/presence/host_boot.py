"""Starting instances again after their host has booted."""

from __future__ import annotations

import nova.conf
from nova import exception, utils
from nova.objects.instance import Instance
from oslo_log import log

from openhyperv.errors import HyperVError
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.power.switching import power_on

CONF = nova.conf.CONF
LOG = log.getLogger(__name__)


def resume_instance(compute: ComputeHost, instance: Instance) -> bool:
    """Start an instance that ran when its host went down, if the operator wants that; False if it is not on.

    Nothing else is done to the instance meanwhile.
    """
    if not CONF.resume_guests_state_on_host_boot:
        return False
    LOG.info("Starting the instance, since its host has booted.", instance=instance)
    try:
        utils.synchronized(instance.uuid)(power_on)(compute, instance)
    except (HyperVError, exception.InstanceNotFound):
        LOG.exception("The instance could not be started after its host has booted.", instance=instance)
        return False
    return True
