"""Neutron's end of the message bus, in this process: its notifier, and a server that knows some ports."""

from __future__ import annotations

from collections.abc import Callable
from threading import Condition
from typing import Any, ClassVar
from uuid import uuid4

import oslo_messaging
from attrs import define, field
from neutron.plugins.ml2.rpc import AgentNotifierApi
from neutron.services.trunk.rpc import constants as trunk_topics
from neutron_lib import constants, context
from neutron_lib import rpc as neutron_rpc
from neutron_lib.agent import constants as agent_constants
from neutron_lib.agent import topics

from tests_openstack.neutron.neutron_groups import NeutronGroups
from tests_openstack.neutron.neutron_objects import NeutronObjects, TrunkPlugin

PATIENCE_S = 30.0


@define(eq=False)
class NeutronPorts:
    """What Neutron's server tells agents about ports, and what agents have told it."""

    ports: dict[str, dict[str, Any]] = field(factory=dict)
    told: list[tuple[str, str]] = field(factory=list)
    asked: list[str] = field(factory=list)
    _changed: Condition = field(factory=Condition)

    target: ClassVar[Any] = oslo_messaging.Target(version="1.9")

    def add(self, port_id: str | None = None, **values: Any) -> str:
        """A port that is bound to whoever asks: in VLAN 7 of physnet1, unless told otherwise."""
        port_id = port_id or str(uuid4())
        self.ports[port_id] = {
            "device": port_id,
            "port_id": port_id,
            "network_id": str(uuid4()),
            "mac_address": "fa:16:3e:00:00:01",
            "admin_state_up": True,
            "network_type": "vlan",
            "segmentation_id": 7,
            "physical_network": "physnet1",
            "allowed_address_pairs": [],
            "port_security_enabled": True,
            "device_owner": "compute:nova",
            "fixed_ips": ["10.0.0.5"],
            "security_groups": [],
            **values,
        }
        return port_id

    def get_devices_details_list_and_failed_devices(
        self, _: object, devices: list[str], **__: object
    ) -> dict[str, Any]:
        with self._changed:
            self.asked += devices
            self._changed.notify_all()
        return {"devices": [self.ports.get(each, {"device": each}) for each in devices], "failed_devices": []}

    def update_device_list(
        self, _: object, devices_up: list[str], devices_down: list[str], **__: object
    ) -> dict[str, Any]:
        """Ups are taken before downs, as Neutron takes them."""
        with self._changed:
            self.told += [("up", each) for each in devices_up] + [("down", each) for each in devices_down]
            self._changed.notify_all()
        return {
            "devices_up": devices_up,
            "failed_devices_up": [],
            "devices_down": devices_down,
            "failed_devices_down": [],
        }

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Wait until agents have asked or told enough for that."""
        with self._changed:
            assert self._changed.wait_for(is_so, PATIENCE_S), f"told: {self.told}, asked: {self.asked}"

    def wait_until_told(self, *expected: tuple[str, str]) -> None:
        """Wait until agents told all of it, since :meth:`forget_told`."""
        self.wait_until(lambda: set(expected) <= set(self.told))

    def forget_told(self) -> None:
        """Begin anew."""
        with self._changed:
            self.told.clear()
            self.asked.clear()


@define(eq=False)
class StateReports:
    """The server's end of agents' reports, by host."""

    latest: dict[str, dict[str, Any]] = field(factory=dict)
    status: str = agent_constants.AGENT_ALIVE
    _changed: Condition = field(factory=Condition)

    target: ClassVar[Any] = oslo_messaging.Target(version="1.4", namespace=constants.RPC_NAMESPACE_STATE)

    def report_state(self, _: object, agent_state: dict[str, Any], **__: object) -> str:
        state = agent_state["agent_state"]
        with self._changed:
            self.latest[state["host"]] = state
            self._changed.notify_all()
        return self.status

    def wait_for(self, host: str) -> dict[str, Any]:
        """The latest report of a host's agent."""
        with self._changed:
            assert self._changed.wait_for(lambda: host in self.latest, PATIENCE_S), self.latest
            return self.latest[host]


class Caller:
    """Calls out to agents with Neutron's own notifier."""

    def __init__(self) -> None:
        self._notifier = AgentNotifierApi(topics.AGENT)
        self._context = context.get_admin_context_without_session()

    def port_update(self, port_id: str) -> None:
        self._notifier.port_update(self._context, {"id": port_id}, "vlan", 7, "physnet1")

    def port_delete(self, port_id: str) -> None:
        self._notifier.port_delete(self._context, port_id)

    def groups_changed(self, *group_ids: str) -> None:
        self._notifier.security_groups_rule_updated(self._context, list(group_ids))

    def members_changed(self, *group_ids: str) -> None:
        self._notifier.security_groups_member_updated(self._context, list(group_ids))

    def network_update(self, network_id: str) -> None:
        self._notifier.network_update(self._context, {"id": network_id})

    def network_delete(self, network_id: str) -> None:
        self._notifier.network_delete(self._context, network_id)


class MessageBus:
    """All of it; Neutron's server is there from each :meth:`start` to :meth:`stop`."""

    def __init__(self) -> None:
        self.ports, self.reports, self.call = NeutronPorts(), StateReports(), Caller()
        self.groups = NeutronGroups(self.ports.ports)
        self.objects, self.trunks = NeutronObjects(), TrunkPlugin(self.ports.ports)

    def start(self) -> None:
        self._servers = neutron_rpc.Connection()
        self._servers.create_consumer(topics.PLUGIN, [self.ports, self.groups, self.objects])
        self._servers.create_consumer(trunk_topics.TRUNK_BASE_TOPIC, [self.trunks])
        self._servers.create_consumer(topics.REPORTS, [self.reports])
        self._servers.consume_in_threads()

    def stop(self) -> None:
        self._servers.close()
