"""What snapshots have left on the host that were broken off, by a nova-compute that was killed."""

from __future__ import annotations

from oslo_log import log

from openhyperv.errors import ConflictError, HyperVError
from openhyperv.hyperv.copies.leftovers import machines_with_copies
from openhyperv.nova.compute_host import ComputeHost

LOG = log.getLogger(__name__)


def tidy_snapshots(compute: ComputeHost) -> None:
    """Remove checkpoints and files of broken snapshots; what cannot be removed now is logged, and left.

    A copy that is being made, by whomever, is none of them, nor is one that the host has not given up yet.

    :raises HyperVError: the host does not tell which there are
    """
    for guid in machines_with_copies(compute.host.share, compute.host.layout):
        try:
            compute.host.machine(guid).tidy_copies()
        except ConflictError:
            LOG.debug("A disk of machine %s is being copied.", guid)
        except HyperVError as error:
            LOG.warning("What a snapshot of machine %s has left stays for now: %s", guid, error)
