"""What Neutron's server calls out to every agent."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

import oslo_messaging
from neutron.agent import rpc as agent_rpc
from neutron_lib.agent import topics

from openhyperv.neutron.host_agent import HostAgent

_HEARD = (
    (topics.PORT, topics.UPDATE),
    (topics.PORT, topics.DELETE),
    (topics.PORT_BINDING, topics.ACTIVATE),
    (topics.NETWORK, topics.UPDATE),
    (topics.NETWORK, topics.DELETE),
    (topics.SECURITY_GROUP, topics.UPDATE),
)


class Notifications:
    """Hears on behalf of every host; each looks for itself whether it has the port.

    What a call says about a port is not used: calls may arrive in another order than changes were made, so
    the port is asked for anew.
    """

    target: ClassVar[Any] = oslo_messaging.Target(version="1.5")

    def __init__(self, agents: Collection[HostAgent]) -> None:
        self._agents = agents

    def port_update(self, context: object, *, port: dict[str, Any], **_: object) -> None:  # noqa: ARG002
        """A port was changed."""
        self._port_changed(port["id"])

    def port_delete(self, context: object, *, port_id: str, **_: object) -> None:  # noqa: ARG002
        """A port was deleted."""
        self._port_changed(port_id)

    def binding_activate(self, context: object, *, port_id: str, **_: object) -> None:  # noqa: ARG002
        """A port's guest has arrived at another host."""
        self._port_changed(port_id)

    def network_update(self, context: object, *, network: dict[str, Any], **_: object) -> None:  # noqa: ARG002
        """A network got another QoS policy, which is that of its ports."""
        for agent in self._agents:
            agent.network_changed(network["id"])

    def network_delete(self, context: object, *, network_id: str, **_: object) -> None:  # noqa: ARG002
        """A network was deleted."""
        for agent in self._agents:
            agent.network_deleted(network_id)

    def security_groups_rule_updated(
        self,
        context: object,  # noqa: ARG002
        *,
        security_groups: Collection[str],
        **_: object,
    ) -> None:
        """Rules of groups were changed."""
        self._groups_changed(security_groups)

    def security_groups_member_updated(
        self,
        context: object,  # noqa: ARG002
        *,
        security_groups: Collection[str],
        **_: object,
    ) -> None:
        """Ports came into groups, or left them, or got other addresses."""
        self._groups_changed(security_groups)

    def _groups_changed(self, group_ids: Collection[str]) -> None:
        for agent in self._agents:
            agent.changed(group_ids)

    def _port_changed(self, port_id: str) -> None:
        for agent in self._agents:
            agent.port_changed(port_id)


def listen(agents: Collection[HostAgent]) -> Any:
    """Hear from now on; what is returned is to be closed."""
    return agent_rpc.create_consumers([Notifications(agents)], topics.AGENT, _HEARD)
