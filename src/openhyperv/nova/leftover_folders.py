"""Folders of instances that are no more: a build failed, and then its host did, before it was undone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from nova.context import RequestContext
from nova.objects.instance import Instance
from oslo_log import log

from openhyperv.nova.compute_host import ComputeHost
from openhyperv.nova.destroying import delete_files
from openhyperv.nova.folder_names import names_in
from openhyperv.nova.known_instances import known_instance

LOG = log.getLogger(__name__)


def remove_leftover_folders(
    compute: ComputeHost, context: RequestContext, instances: Iterable[Instance]
) -> None:
    """Remove the folders of instances that are deleted and have no machine on the host.

    ``instances`` are those of which Nova knows that they are not deleted.

    Nova looks after machines of deleted instances itself, but does not know of files that it built in vain:
    the instance may have been built on another host then. A folder of which Nova does not know whose it was
    stays, since others may have machines below the same root.

    :raises HyperVError: the host does not tell all, or refuses; the next time goes on from there
    """
    strange = set(_folders(compute)) - {instance.uuid for instance in instances}
    machines = compute.instances.all() if strange else {}
    for uuid in strange - set(machines):
        if (instance := _deleted_instance(context, uuid)) is not None:
            LOG.info("Removing what is left of it, since it is deleted.", instance=instance)
            delete_files(compute, instance)


def _folders(compute: ComputeHost) -> Iterator[str]:
    """The instances, by UUID, that may have folders on the host."""
    for name in names_in(compute.host.share, compute.host.layout.machines, folders=True):
        if _is_uuid(name):
            yield name.lower()


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name.lower()
    except ValueError:
        return False


def _deleted_instance(context: RequestContext, uuid: str) -> Instance | None:
    """The instance, if Nova knows that it is deleted."""
    instance = known_instance(context, uuid)
    return instance if instance is not None and instance.deleted else None
