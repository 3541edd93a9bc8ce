"""What Neutron's server pushes to agents as objects: trunks, QoS policies, groups of addresses."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

import oslo_messaging
from neutron.api.rpc.callbacks import resources
from neutron.api.rpc.handlers import resources_rpc
from neutron.objects.base import NeutronObject
from neutron_lib import constants
from neutron_lib import rpc as neutron_rpc

from openhyperv.neutron.host_agent import HostAgent


class PushedObjects:
    """Hears on behalf of every host. Objects are only told to have changed: each host asks for them anew."""

    target: ClassVar[Any] = oslo_messaging.Target(version="1.1", namespace=constants.RPC_NAMESPACE_RESOURCES)

    def __init__(self, agents: Collection[HostAgent]) -> None:
        self._agents = agents

    def push(
        self,
        context: object,  # noqa: ARG002
        *,
        resource_list: Sequence[Mapping[str, Any]],
        **_: object,
    ) -> None:
        """Objects of one kind were made, changed or deleted."""
        found = [NeutronObject.clean_obj_from_primitive(primitive) for primitive in resource_list]
        changed = [each for one in found for each in _HEARD[one.obj_name()](one)]
        for agent in self._agents:
            agent.changed(changed)


_HEARD: Mapping[str, Callable[[Any], list[str]]] = {
    resources.TRUNK: lambda trunk: [trunk.id, trunk.port_id],
    resources.SUBPORT: lambda subport: [subport.trunk_id],
    resources.QOS_POLICY: lambda policy: [policy.id],
    resources.ADDRESSGROUP: lambda group: [group.id],
}
"""The ids that ports depend on, by the kind of object: of a new trunk a port knows its own id only."""


def listen_for_objects(agents: Collection[HostAgent]) -> Any:
    """Hear from now on; what is returned is to be closed."""
    connection = neutron_rpc.Connection()
    for resource_type in _HEARD:
        topic = resources_rpc.resource_type_versioned_topic(resource_type)
        connection.create_consumer(topic, [PushedObjects(agents)], fanout=True)
    connection.consume_in_threads()
    return connection
