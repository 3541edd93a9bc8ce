"""One resize or cold migration of one instance, in Nova's words."""

from __future__ import annotations

from attrs import frozen
from nova.context import RequestContext
from nova.network.model import NetworkInfo
from nova.objects.instance import Instance
from nova.objects.migration import Migration

from openhyperv.nova.drives import BlockDeviceInfo


@frozen
class Move:
    """An instance on its way, to another host or only to another flavor."""

    context: RequestContext
    instance: Instance
    migration: Migration
    network_info: NetworkInfo | None = None
    block_device_info: BlockDeviceInfo | None = None

    @property
    def is_in_place(self) -> bool:
        """True where the instance stays on its host."""
        return bool(self.migration.source_compute == self.migration.dest_compute)

    @property
    def is_resize(self) -> bool:
        """True where the flavor changes."""
        return bool(self.migration.old_instance_type_id != self.migration.new_instance_type_id)


def migration_of(context: RequestContext, instance: Instance) -> Migration:
    """The migration that an instance is in."""
    return Migration.get_by_id_and_instance(context, instance.migration_context.migration_id, instance.uuid)
