"""Trunks and QoS with Neutron's own plugins: what its API takes and refuses, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from neutron.objects.qos.rule import QosBandwidthLimitRule
from neutron_lib.callbacks.exceptions import CallbackFailure
from tests.emulated import EmulatedHost
from tests.faults.leftovers import wait_until

from openhyperv.hyperv.host import Host
from tests_openstack.neutron.neutron_server import PROJECT
from tests_openstack.neutron.real_cloud import PATIENCE_S, Cloud, real_cloud
from tests_openstack.neutron.servers import Servers
from tests_openstack.neutron.test_qos import bounds
from tests_openstack.neutron.test_trunks import ACCESS, TRUNK, vlans


@pytest.fixture(scope="module")
def cloud(emulated: EmulatedHost, host: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    assert host
    with real_cloud(emulated, tmp_path_factory.mktemp("neutron")) as started:
        yield started


def subport(cloud: Cloud) -> tuple[dict[str, Any], int]:
    """A port that is bound to nothing, in a network of its own, and that network's VLAN."""
    network = cloud.neutron.network()
    return cloud.neutron.port(network, "", device_owner="", device_id=""), network["provider:segmentation_id"]


def member(port_id: str, tag: int) -> dict[str, Any]:
    return {"port_id": port_id, "segmentation_type": "vlan", "segmentation_id": tag}


def make_trunk(cloud: Cloud, parent_id: str, *members: dict[str, Any]) -> str:
    body = {"port_id": parent_id, "sub_ports": list(members), "name": "", "description": ""}
    made = cloud.neutron.do("trunk", "create_trunk", {"trunk": body | OWNER | UP})
    return str(made["id"])


UP = {"admin_state_up": True}
OWNER = {"tenant_id": PROJECT, "project_id": PROJECT}


def status_of(cloud: Cloud, trunk_id: str) -> str:
    return str(cloud.neutron.do("trunk", "get_trunk", trunk_id)["status"])


def test_a_trunk_of_neutrons_own(cloud: Cloud, servers: Servers, host: Host) -> None:
    parent_id = cloud.port()["id"]
    own = cloud.network["provider:segmentation_id"]
    (first, first_vlan), (second, second_vlan) = subport(cloud), subport(cloud)
    trunk_id = make_trunk(cloud, parent_id, member(first["id"], first_vlan))
    servers.boot(parent_id)
    assert cloud.becomes(parent_id, "ACTIVE")
    assert cloud.becomes(first["id"], "ACTIVE")
    assert wait_until(lambda: status_of(cloud, trunk_id) == "ACTIVE", PATIENCE_S)
    assert vlans(host, parent_id) == (TRUNK, own, [first_vlan])
    bound = cloud.neutron.get_port(first["id"])
    assert (bound["binding:host_id"], bound["binding:vif_type"]) == ("hv1", "hyperv")
    added = {"sub_ports": [member(second["id"], second_vlan)]}
    cloud.neutron.do("trunk", "add_subports", trunk_id, added)
    assert cloud.becomes(second["id"], "ACTIVE")
    assert vlans(host, parent_id) == (TRUNK, own, sorted([first_vlan, second_vlan]))
    cloud.neutron.do("trunk", "remove_subports", trunk_id, {"sub_ports": [{"port_id": first["id"]}]})
    assert wait_until(lambda: vlans(host, parent_id) == (TRUNK, own, [second_vlan]), PATIENCE_S)
    cloud.neutron.do("trunk", "delete_trunk", trunk_id)
    assert wait_until(lambda: vlans(host, parent_id) == (ACCESS, own, []), PATIENCE_S)
    assert cloud.becomes(second["id"], "DOWN")


def test_a_trunk_whose_tags_are_other_vlans_is_degraded(cloud: Cloud, servers: Servers) -> None:
    parent_id, (odd, vlan) = cloud.port()["id"], subport(cloud)
    trunk_id = make_trunk(cloud, parent_id, member(odd["id"], vlan + 1000))
    servers.boot(parent_id)
    assert cloud.becomes(parent_id, "ACTIVE")
    assert wait_until(lambda: status_of(cloud, trunk_id) == "DEGRADED", PATIENCE_S)


def make_policy(cloud: Cloud, **limit: Any) -> tuple[str, str]:
    """A policy with one limit, and the rule."""
    body = {"name": "limited", "shared": False, "description": "", "is_default": False}
    policy_id = cloud.neutron.do("QOS", "create_policy", {"policy": body | OWNER})["id"]
    rule = {"bandwidth_limit_rule": {"max_burst_kbps": 0, "direction": "egress"} | limit}
    made = cloud.neutron.do("QOS", "create_policy_rule", QosBandwidthLimitRule, policy_id, rule)
    return str(policy_id), str(made["id"])


def test_a_policy_of_neutrons_own(cloud: Cloud, servers: Servers, host: Host) -> None:
    policy_id, rule_id = make_policy(cloud, max_kbps=20_000)
    port_id = cloud.port(qos_policy_id=policy_id)["id"]
    servers.boot(port_id)
    assert cloud.becomes(port_id, "ACTIVE")
    assert bounds(host, port_id) == (0, 20_000_000, 0)
    changed = {"bandwidth_limit_rule": {"max_kbps": 30_000}}
    cloud.neutron.do("QOS", "update_policy_rule", QosBandwidthLimitRule, rule_id, policy_id, changed)
    assert wait_until(lambda: bounds(host, port_id)[1] == 30_000_000, PATIENCE_S)
    cloud.neutron.update_port(port_id, qos_policy_id=None)
    assert wait_until(lambda: bounds(host, port_id)[1] == 0, PATIENCE_S)
    assert cloud.becomes(port_id, "ACTIVE")


def test_a_networks_policy_is_that_of_its_ports(cloud: Cloud, servers: Servers, host: Host) -> None:
    policy_id, _ = make_policy(cloud, max_kbps=20_000)
    network = cloud.neutron.network()
    port_id = cloud.neutron.port(network, "hv1")["id"]
    servers.boot(port_id)
    assert cloud.becomes(port_id, "ACTIVE")
    for policy, limit_bps in ((policy_id, 20_000_000), (None, 0)):
        cloud.neutron.do(None, "update_network", network["id"], {"network": {"qos_policy_id": policy}})
        assert wait_until(lambda expected=limit_bps: bounds(host, port_id)[1] == expected, PATIENCE_S)


def test_neutron_refuses_to_limit_what_a_guest_receives(cloud: Cloud) -> None:
    policy_id, _ = make_policy(cloud, max_kbps=20_000, direction="ingress")
    port_id = cloud.port()["id"]
    with pytest.raises(CallbackFailure, match="bandwidth_limit is not supported"):
        cloud.neutron.update_port(port_id, qos_policy_id=policy_id)
