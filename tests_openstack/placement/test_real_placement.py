"""Bandwidth of switches in placement: what Neutron's own plugin makes of the agent's report, and of ports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests
from neutron.objects.qos.rule import QosMinimumBandwidthRule
from neutron_lib.placement import utils as placement_names
from tests.capabilities import shows
from tests.emulated import EmulatedHost, target_of
from tests.faults.leftovers import wait_until
from tests.hyperv.stock import add_switch

from openhyperv.hyperv.host import Host
from openhyperv.machine.switch import BandwidthMode, SwitchSpec
from openhyperv.neutron.mechanism_driver import HyperVMechanismDriver
from tests_openstack.neutron.real_cloud import PATIENCE_S, Cloud, real_cloud
from tests_openstack.neutron.servers import Servers
from tests_openstack.neutron.test_qos import bounds
from tests_openstack.neutron.test_real_plugins import OWNER
from tests_openstack.placement.placement_process import TOKEN, placement_api

EGRESS = "NET_BW_EGR_KILOBIT_PER_SEC"
PROVIDER = str(
    placement_names.device_resource_provider_uuid(
        HyperVMechanismDriver.resource_provider_uuid5_namespace, "hv1", "external"
    )
)


class Placement:
    """Placement's own API, with the provider that Nova makes of a host."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._headers = {"X-Auth-Token": TOKEN, "OpenStack-API-Version": "placement 1.39"}
        self.ask("POST", "/resource_providers", json={"name": "hv1", "uuid": str(uuid4())})

    def ask(self, method: str, path: str, **options: Any) -> Any:
        answer = requests.request(method, self.url + path, headers=self._headers, timeout=10, **options)
        return answer.json() if answer.ok and answer.content else {}


@pytest.fixture(scope="module")
def placement(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Placement]:
    with placement_api(tmp_path_factory.mktemp("placement")) as url:
        yield Placement(url)


@pytest.fixture(scope="module")
def host(emulated: EmulatedHost) -> Iterator[Host]:
    """A host whose switch for physical networks promises bandwidth by number."""
    with Host.connect(target_of(emulated)) as connected:
        connected.switches.create(SwitchSpec(name="external", bandwidth_mode=BandwidthMode.ABSOLUTE))
        add_switch(connected, "private")
        yield connected


@pytest.fixture(scope="module")
def cloud(
    emulated: EmulatedHost, host: Host, placement: Placement, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cloud]:
    assert host
    more_ini = f"""
[DEFAULT]
service_plugins = trunk,qos,placement
send_events_interval = 1
[AGENT]
physical_network_vswitch_mappings = physnet1:external
resource_provider_bandwidths = external:1000000:
[placement]
auth_type = admin_token
endpoint = {placement.url}
token = {TOKEN}
"""
    with real_cloud(emulated, tmp_path_factory.mktemp("neutron"), more_ini) as started:
        yield started


def inventory(placement: Placement) -> dict[str, Any]:
    answer = placement.ask("GET", f"/resource_providers/{PROVIDER}/inventories")
    return dict(answer.get("inventories", {}))


def minimum(cloud: Cloud, min_kbps: int) -> str:
    """A policy with one minimum of what a guest sends."""
    body = {"name": "guaranteed", "shared": False, "description": "", "is_default": False}
    policy_id = cloud.neutron.do("QOS", "create_policy", {"policy": body | OWNER})["id"]
    rule = {"minimum_bandwidth_rule": {"min_kbps": min_kbps, "direction": "egress"}}
    cloud.neutron.do("QOS", "create_policy_rule", QosMinimumBandwidthRule, policy_id, rule)
    return str(policy_id)


@shows("N14")
def test_placement_knows_what_a_switch_promises(cloud: Cloud, placement: Placement) -> None:
    assert cloud
    assert wait_until(lambda: EGRESS in inventory(placement), PATIENCE_S)
    (found,) = inventory(placement).values()
    assert (found["total"], found["allocation_ratio"], found["reserved"]) == (1_000_000, 1.0, 0)
    provider = placement.ask("GET", f"/resource_providers/{PROVIDER}")
    assert provider["name"] == "hv1:HyperV agent:external"
    traits = placement.ask("GET", f"/resource_providers/{PROVIDER}/traits")["traits"]
    assert sorted(traits) == ["CUSTOM_PHYSNET_PHYSNET1", "CUSTOM_VNIC_TYPE_DIRECT", "CUSTOM_VNIC_TYPE_NORMAL"]


@shows("N14")
def test_a_port_with_an_allocation_is_bound_and_promised_its_share(
    cloud: Cloud, servers: Servers, host: Host
) -> None:
    policy_id = minimum(cloud, 50_000)
    port_id = str(cloud.neutron.port(cloud.network, "", qos_policy_id=policy_id)["id"])
    (group,) = cloud.neutron.get_port(port_id)["resource_request"]["request_groups"]
    assert group["resources"] == {EGRESS: 50_000}
    assert set(group["required"]) == {"CUSTOM_PHYSNET_PHYSNET1", "CUSTOM_VNIC_TYPE_NORMAL"}
    profile = {"allocation": {str(UUID(group["id"])): PROVIDER}}  # as Nova writes it
    cloud.neutron.update_port(port_id, **{"binding:host_id": "hv1", "binding:profile": profile})
    assert cloud.neutron.get_port(port_id)["binding:vif_type"] == "hyperv"
    servers.boot(port_id)
    assert cloud.becomes(port_id, "ACTIVE")
    assert bounds(host, port_id) == (50_000_000, 0, 0)
