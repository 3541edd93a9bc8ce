"""Taking over what Nova's former drivers for Hyper-V have left running on a host.

They too wrote an instance's UUID into its machine's notes, so that the machine can be told; what it lacks is
the mark by which Nova's machines are known here. Everything else stays where it is.
"""

from __future__ import annotations

from collections.abc import Collection

from nova.objects.instance import Instance
from oslo_log import log

from openhyperv.hyperv.changing import MachineChanges
from openhyperv.hyperv.creation.notes import identity_in
from openhyperv.hyperv.summary import MachineSummary
from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.instances import MARK, is_marked

LOG = log.getLogger(__name__)


def adopt_instances(compute: ComputeHost, instances: Collection[Instance]) -> None:
    """Mark the machines of these instances that have no mark yet: one request, and two for each of them.

    :raises HyperVError: the host refuses; what was marked stays so, and the same call goes on from there
    """
    known = {instance.uuid: instance for instance in instances}
    for machine in compute.host.summaries():
        instance = known.get(_uuid_of(machine))
        if instance is not None and not is_marked(machine.notes):
            compute.host.machine(machine.guid).change(MachineChanges(notes=MARK))
            LOG.info("Took over the machine %s of a former driver.", machine.name, instance=instance)


def _uuid_of(machine: MachineSummary) -> str:
    return str(identity_in(machine.notes) or "")
