"""Rebooting instances: Nova expects them to run afterwards, whatever they did before."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import nova.conf
from nova import context
from nova.compute.api import API
from nova.objects.instance import Instance
from oslo_log import log

from openhyperv.errors import ConflictError
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.consoles.offering import keep_console

CONF = nova.conf.CONF
LOG = log.getLogger(__name__)


class RebootType(StrEnum):
    """Nova's ways to reboot (REBOOT_SOFT and REBOOT_HARD of nova.compute)."""

    SOFT = "SOFT"
    HARD = "HARD"


def reboot(compute: ComputeHost, instance: Instance, how: RebootType) -> None:
    """Reboot an instance: by its guest, which has ``wait_soft_reboot_seconds``, or by its reset button.

    One that does not run, and a guest that does not listen, is started from its firmware in either case.
    """
    patience_s = CONF.openhyperv.wait_soft_reboot_seconds
    with compute.instances.machine(instance) as machine:
        keep_console(compute, instance.uuid, machine.guid)
        if how is RebootType.HARD or not patience_s:
            machine.start_anew()
            return
        try:
            machine.restart(timeout_s=patience_s)
        except ConflictError:
            machine.start_anew()


def reboot_stuck(instances: Iterable[Instance]) -> None:
    """Press the reset button of instances whose soft reboot somehow never ended.

    It is asked of Nova's API, as a user would, so that the instances' states follow.
    """
    for instance in instances:
        LOG.warning("The instance has been rebooting for too long: it is reset.", instance=instance)
        API().reboot(context.get_admin_context(), instance, RebootType.HARD.value)
