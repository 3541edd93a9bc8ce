"""Metering instances, where the operator wants that."""

from __future__ import annotations

import nova.conf
from nova.objects.instance import Instance
from oslo_log import log

from openhyperv.errors import HyperVError
from openhyperv.hyperv.virtual_machine import VirtualMachine

CONF = nova.conf.CONF
LOG = log.getLogger(__name__)


def meter_if_wanted(machine: VirtualMachine, instance: Instance) -> None:
    """Have the host meter a machine that runs; what is metered already goes on.

    A host that cannot is no reason against an instance that runs well: it is logged, and tried again at the
    instance's next start.
    """
    if not CONF.openhyperv.enable_instance_metrics_collection:
        return
    try:
        machine.start_metering()
    except HyperVError:
        LOG.exception("The instance runs, but is not metered.", instance=instance)
