"""Neutron's own ML2 plugin in this process, with a database of its own and its end of the message bus."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from threading import RLock
from typing import Any

from neutron import manager
from neutron.api import extensions
from neutron.db.agents_db import AgentExtRpcCallback
from neutron.db.migration.models import head
from neutron.services.trunk.rpc import constants as trunk_topics
from neutron.services.trunk.rpc import server as trunk_server
from neutron_lib import context
from neutron_lib import rpc as neutron_rpc
from neutron_lib.agent import topics
from neutron_lib.api import attributes
from neutron_lib.db import api as database
from neutron_lib.plugins import directory

PROJECT = "project"


def server_ini(folder: Path) -> str:
    """The configuration of the server, with its database in a folder."""
    return f"""
[DEFAULT]
core_plugin = ml2
service_plugins = trunk,qos
notify_nova_on_port_status_changes = false
notify_nova_on_port_data_changes = false
dhcp_agent_notification = false
[database]
connection = sqlite:///{folder}/neutron.sqlite?timeout=60
[ml2]
type_drivers = flat,vlan,local
project_network_types = vlan
mechanism_drivers = hyperv
extension_drivers = port_security,qos
[ml2_type_vlan]
network_vlan_ranges = physnet1:100:199
[oslo_messaging_notifications]
driver = noop
"""


class OneAtATime:
    """What a server offers on the message bus, without two calls at once: SQLite has one writer."""

    def __init__(self, endpoint: Any, lock: RLock) -> None:
        self._endpoint = endpoint
        self._lock = lock
        self.target = endpoint.target

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._endpoint, name)

        def alone(*arguments: Any, **named: Any) -> Any:
            with self._lock:
                return method(*arguments, **named)

        return alone


class NeutronServer:
    """What the API does, without HTTP: resources are as the API takes and gives them."""

    def __init__(self) -> None:
        engine = database.get_context_manager().writer.get_engine()
        head.get_metadata().create_all(engine)
        manager.init()
        self._plugin = directory.get_plugin()
        found = extensions.PluginAwareExtensionManager.get_instance()
        found.extend_resources("2.0", attributes.RESOURCES)
        self._lock = RLock()

    def start(self) -> None:
        self._plugin._setup_rpc()
        self._servers = neutron_rpc.Connection()
        served = {
            topics.PLUGIN: self._plugin.endpoints,
            topics.REPORTS: [AgentExtRpcCallback()],
            trunk_topics.TRUNK_BASE_TOPIC: [trunk_server.TrunkSkeleton.__new__(trunk_server.TrunkSkeleton)],
        }
        for topic, endpoints in served.items():
            self._servers.create_consumer(topic, [OneAtATime(each, self._lock) for each in endpoints])
        self._servers.consume_in_threads()

    def stop(self) -> None:
        self._servers.close()

    def create(self, resource: str, **values: Any) -> dict[str, Any]:
        collection = f"{resource}s"
        complete = {"tenant_id": PROJECT, "project_id": PROJECT, **values}
        attribute_info = attributes.AttributeInfo(attributes.RESOURCES[collection])
        attribute_info.fill_post_defaults(complete, check_allow_post=False)
        attribute_info.convert_values(complete)
        with self._lock:
            made: dict[str, Any] = getattr(self._plugin, f"create_{resource}")(_admin(), {resource: complete})
        return made

    def network(self) -> dict[str, Any]:
        """A VLAN with a subnet."""
        network = self.create("network", name="net", admin_state_up=True)
        self.create("subnet", name="sub", network_id=network["id"], cidr="10.0.0.0/24", ip_version=4)
        return network

    def port(self, network: Mapping[str, Any], host: str, **values: Any) -> dict[str, Any]:
        """A port that Nova has bound to a host."""
        return self.create(
            "port",
            name="port",
            network_id=network["id"],
            admin_state_up=True,
            **{"binding:host_id": host, "device_owner": "compute:nova", "device_id": "server", **values},
        )

    def do(self, plugin: str | None, action: str, *arguments: Any) -> Any:
        """What a service plugin does for its API; the core plugin if none is named."""
        with self._lock:
            found = self._plugin if plugin is None else directory.get_plugin(plugin)
            return getattr(found, action)(_admin(), *arguments)

    def get_port(self, port_id: str) -> dict[str, Any]:
        with self._lock:
            found: dict[str, Any] = self._plugin.get_port(_admin(), port_id)
        return found

    def update_port(self, port_id: str, **values: Any) -> None:
        with self._lock:
            self._plugin.update_port(_admin(), port_id, {"port": values})

    def delete_port(self, port_id: str) -> None:
        with self._lock:
            self._plugin.delete_port(_admin(), port_id)

    def status(self, port_id: str) -> str:
        return str(self.get_port(port_id)["status"])

    def is_alive(self, host: str) -> bool:
        with self._lock:
            found = self._plugin.get_agents(_admin(), filters={"host": [host]})
        return bool(found) and bool(found[0]["alive"])


def _admin() -> Any:
    return context.get_admin_context()
