"""Trunks and QoS policies on Neutron's side: its own objects, in memory, pulled and pushed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import uuid4

import oslo_messaging
from attrs import define, field
from neutron.api.rpc.callbacks import resources
from neutron.api.rpc.handlers import resources_rpc
from neutron.objects.address_group import AddressGroup
from neutron.objects.qos import policy, rule
from neutron.objects.trunk import SubPort, Trunk
from neutron.services.trunk.rpc import constants as trunk_topics
from neutron_lib import constants, context
from neutron_lib import rpc as neutron_rpc

PROJECT = "0" * 32


@define(eq=False)
class NeutronObjects:
    """What agents pull."""

    trunks: dict[str, Trunk] = field(factory=dict)
    policies: dict[str, policy.QosPolicy] = field(factory=dict)

    target: ClassVar[Any] = oslo_messaging.Target(version="1.1", namespace=constants.RPC_NAMESPACE_RESOURCES)

    def add_trunk(self, parent_id: str, tags: Mapping[str, int]) -> Trunk:
        """A trunk whose sub-ports, by id, have those tags."""
        trunk_id = str(uuid4())
        subports = [_subport(trunk_id, port_id, tag) for port_id, tag in tags.items()]
        trunk = Trunk(id=trunk_id, port_id=parent_id, sub_ports=subports, **_TRUNK)
        self.trunks[trunk_id] = trunk
        return trunk

    def add_policy(self, *rules: rule.QosRule) -> policy.QosPolicy:
        made = policy.QosPolicy(id=str(uuid4()), name="policy", project_id=PROJECT, shared=False)
        self.policies[made.id] = made
        self.set_rules(made.id, *rules)
        return made

    def set_rules(self, policy_id: str, *rules: rule.QosRule) -> None:
        for each in rules:
            each.id, each.qos_policy_id = str(uuid4()), policy_id
        self.policies[policy_id].rules = list(rules)

    def add_address_group(self) -> AddressGroup:
        """A group of addresses, which agents are told of and do not pull."""
        return AddressGroup(id=str(uuid4()), name="addresses", project_id=PROJECT)

    def bulk_pull(
        self, _: object, resource_type: str, version: str, filter_kwargs: Mapping[str, list[str]]
    ) -> list[Any]:
        (key, wanted), *_ = filter_kwargs.items()
        kept = self.trunks if resource_type == resources.TRUNK else self.policies
        return [each.obj_to_primitive(version) for each in kept.values() if getattr(each, key) in wanted]


_TRUNK = {"project_id": PROJECT, "name": "trunk", "admin_state_up": True, "status": "DOWN"}


def _subport(trunk_id: str, port_id: str, tag: int) -> SubPort:
    return SubPort(trunk_id=trunk_id, port_id=port_id, segmentation_type="vlan", segmentation_id=tag)


@define(eq=False)
class TrunkPlugin:
    """What Neutron's trunk plugin does for agents: it binds sub-ports, and notes how trunks are."""

    ports: dict[str, dict[str, Any]]
    told: dict[str, str] = field(factory=dict)
    unbound: dict[str, dict[str, Any]] = field(factory=dict)

    target: ClassVar[Any] = oslo_messaging.Target(
        version="1.0", namespace=trunk_topics.TRUNK_BASE_NAMESPACE, topic=trunk_topics.TRUNK_BASE_TOPIC
    )

    def unbind(self, port_id: str) -> None:
        """The port is bound to no host yet, as sub-ports are at first."""
        self.unbound[port_id] = self.ports.pop(port_id)

    def update_subport_bindings(self, _: object, subports: list[dict[str, str]]) -> dict[str, Any]:
        for each in subports:
            if each["port_id"] in self.unbound:
                self.ports[each["port_id"]] = self.unbound.pop(each["port_id"])
        return {}

    def update_trunk_status(self, _: object, trunk_id: str, status: str) -> None:
        self.told[trunk_id] = status


def push(changed: Any) -> None:
    """Tell all agents of one object, as Neutron's server does."""
    topic = resources_rpc.resource_type_versioned_topic(resources.get_resource_type(changed))
    target = oslo_messaging.Target(namespace=constants.RPC_NAMESPACE_RESOURCES)
    caller = neutron_rpc.get_client(target).prepare(fanout=True, topic=topic, version="1.1")
    admin = context.get_admin_context_without_session()
    caller.cast(admin, "push", resource_list=[changed.obj_to_primitive()], event_type="updated")
