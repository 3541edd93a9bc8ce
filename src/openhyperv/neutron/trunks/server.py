"""Neutron's server on trunks, over the message bus. For one thread; calls may raise what others may."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from neutron.api.rpc.callbacks import resources
from neutron.api.rpc.handlers import resources_rpc
from neutron.services.trunk.rpc import constants as topics
from neutron_lib import context
from neutron_lib import rpc as neutron_rpc
from neutron_lib.services.trunk import constants as trunk
from oslo_messaging import Target

from openhyperv.neutron.trunks.trunk import TrunkDefinition


class TrunkServer:
    """Asks for trunks, has their sub-ports bound, and tells how they are."""

    def __init__(self) -> None:
        self._context = context.get_admin_context_without_session()
        self._objects = resources_rpc.ResourcesPullRpcApi()
        target = Target(topic=topics.TRUNK_BASE_TOPIC, version="1.0", namespace=topics.TRUNK_BASE_NAMESPACE)
        self._trunks = neutron_rpc.get_client(target)

    def trunks_of(self, port_ids: Collection[str]) -> Iterator[TrunkDefinition]:
        """The trunks that some of the ports are parents of, in one call."""
        wanted = {"port_id": sorted(port_ids)}
        for found in self._objects.bulk_pull(self._context, resources.TRUNK, filter_kwargs=wanted):
            yield _definition(found)

    def bind_subports(self, definition: TrunkDefinition, port_ids: Collection[str]) -> None:
        """Have sub-ports bound to the host of their parent; the trunk is in status BUILD then."""
        subports = [{"trunk_id": definition.trunk_id, "port_id": port_id} for port_id in sorted(port_ids)]
        self._trunks.prepare().call(self._context, "update_subport_bindings", subports=subports)

    def tell(self, trunk_id: str, *, is_complete: bool) -> None:
        """The trunk carries all of its sub-ports, or only some of them."""
        status = trunk.TRUNK_ACTIVE_STATUS if is_complete else trunk.TRUNK_DEGRADED_STATUS
        self._trunks.prepare().call(self._context, "update_trunk_status", trunk_id=trunk_id, status=status)


def _definition(found: Any) -> TrunkDefinition:
    tags = {each.port_id: each.segmentation_id for each in found.sub_ports}
    return TrunkDefinition(found.id, found.port_id, tags)
