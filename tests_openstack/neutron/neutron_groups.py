"""Security groups on Neutron's side: its own code that tells agents of them, over groups kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar
from uuid import uuid4

import oslo_messaging
from attrs import define, field
from neutron.db.securitygroups_rpc_base import SecurityGroupInfoAPIMixin
from neutron_lib import constants


@define(eq=False)
class NeutronGroups(SecurityGroupInfoAPIMixin):
    """Groups by id, of the ports that Neutron knows."""

    ports: Mapping[str, dict[str, Any]]
    rules: dict[str, list[dict[str, Any]]] = field(factory=dict)
    stateless: set[str] = field(factory=set)
    address_groups: dict[str, list[str]] = field(factory=dict)

    target: ClassVar[Any] = oslo_messaging.Target(version="1.3", namespace=constants.RPC_NAMESPACE_SECGROUP)

    def add(self, *rules: Mapping[str, Any]) -> str:
        """A group of those rules, which are as Neutron's API takes them."""
        group_id = str(uuid4())
        self.rules[group_id] = [self._complete(group_id, rule) for rule in rules]
        return group_id

    def _complete(self, group_id: str, rule: Mapping[str, Any]) -> dict[str, Any]:
        return {"security_group_id": group_id, "ethertype": "IPv4", "direction": "ingress", **rule}

    def allow(self, group_id: str, **rule: Any) -> None:
        """One rule more."""
        self.rules[group_id].append(self._complete(group_id, rule))

    def security_group_info_for_devices(self, _: object, devices: list[str], **__: object) -> Any:
        ports = {
            each: {
                **self.ports[each],
                "security_group_rules": [],
                "security_group_source_groups": [],
                "security_group_remote_address_groups": [],
            }
            for each in devices
            if each in self.ports
        }
        return self.security_group_info_for_ports(None, ports)

    def _select_rules_for_ports(
        self, _: object, ports: Mapping[str, Any]
    ) -> list[tuple[str, dict[str, Any]]]:
        return [
            (port_id, rule)
            for port_id, port in ports.items()
            for group in port["security_groups"]
            for rule in self.rules[group]
        ]

    def _select_sg_ids_for_ports(self, _: object, ports: Mapping[str, Any]) -> list[tuple[str]]:
        return [(group,) for port in ports.values() for group in port["security_groups"]]

    def _get_sgs_stateful_flag(self, _: object, group_ids: Iterable[str]) -> dict[str, bool]:
        return {group: group not in self.stateless for group in group_ids}

    def _select_ips_for_remote_group(
        self, _: object, group_ids: Iterable[str]
    ) -> dict[str, set[tuple[str, str]]]:
        return {
            group: {
                (address, port["mac_address"])
                for port in self.ports.values()
                if group in port["security_groups"]
                for address in port["fixed_ips"]
            }
            for group in group_ids
        }

    def _select_ips_for_remote_address_group(
        self, _: object, group_ids: Iterable[str]
    ) -> dict[str, set[tuple[str, str | None]]]:
        return {group: {(each, None) for each in self.address_groups[group]} for group in group_ids}
