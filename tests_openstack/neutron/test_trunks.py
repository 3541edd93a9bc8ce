"""Trunks: tagged frames are in the networks of sub-ports, and each of these has its own groups."""

from __future__ import annotations

from typing import Any

import pytest
from tests.capabilities import shows
from tests.faults.leftovers import wait_until

from openhyperv.hyperv.host import Host
from openhyperv.wire.wql import select
from tests_openstack.neutron.message_bus import MessageBus
from tests_openstack.neutron.neutron_objects import push
from tests_openstack.neutron.servers import Servers

pytestmark = pytest.mark.usefixtures("agent")

VLAN = "Msvm_EthernetSwitchPortVlanSettingData"
ACCESS, TRUNK = 1, 2
Vlans = tuple[int, int, list[int]]
"""Whether it is a trunk, the VLAN of frames without a tag, and those of frames with one."""


def vlans(host: Host, port_id: str) -> Vlans | None:
    found = host.ports().find(port_id)
    if found is None or found[0].switch_guid is None:
        return None
    settings = next((dict(each.items()) for each in found[1] if each.class_name == VLAN), {})
    if settings.get("OperationMode") == TRUNK:
        return TRUNK, settings["NativeVlanId"], sorted(settings["TrunkVlanIdArray"])
    return ACCESS, settings.get("AccessVlanId", 0), []


def subport(bus: MessageBus, vlan_id: int, **values: Any) -> str:
    """A sub-port that the trunk plugin has not bound yet."""
    port_id = bus.ports.add(
        segmentation_id=vlan_id,
        mac_address=f"fa:16:3e:00:01:{vlan_id:02x}",
        fixed_ips=[f"10.1.{vlan_id}.5"],
        device_owner="trunk:subport",
        **values,
    )
    bus.trunks.unbind(port_id)
    return port_id


@shows("N8")
def test_a_trunk_carries_its_sub_ports(bus: MessageBus, servers: Servers, host: Host) -> None:
    parent, first, second = bus.ports.add(), subport(bus, 101), subport(bus, 102)
    trunk = bus.objects.add_trunk(parent, {first: 101, second: 102})
    server = servers.boot(parent)
    bus.ports.wait_until_told(*(("up", each) for each in (parent, first, second)))
    assert vlans(host, parent) == (TRUNK, 7, [101, 102])
    assert server.port(parent).mac_spoofing, "sub-ports have addresses of their own"
    assert wait_until(lambda: bus.trunks.told.get(trunk.id) == "ACTIVE")
    bus.ports.forget_told()
    server.machine.delete()
    bus.ports.wait_until_told(*(("down", each) for each in (parent, first, second)))


@shows("N8")
def test_a_port_in_use_becomes_a_trunk_and_ceases_to_be_one(
    bus: MessageBus, servers: Servers, host: Host
) -> None:
    parent, first, second = bus.ports.add(), subport(bus, 103), subport(bus, 104)
    servers.boot(parent)
    bus.ports.wait_until_told(("up", parent))
    trunk = bus.objects.add_trunk(parent, {first: 103})
    push(trunk)
    bus.ports.wait_until_told(("up", first))
    assert vlans(host, parent) == (TRUNK, 7, [103])
    del bus.objects.trunks[trunk.id]
    trunk = bus.objects.add_trunk(parent, {first: 103, second: 104})
    push(trunk)
    bus.ports.wait_until_told(("up", second))
    assert vlans(host, parent) == (TRUNK, 7, [103, 104])
    bus.ports.forget_told()
    del bus.objects.trunks[trunk.id]
    push(trunk)
    bus.ports.wait_until_told(("down", first), ("down", second))
    assert vlans(host, parent) == (ACCESS, 7, [])
    assert ("down", parent) not in bus.ports.told


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"segmentation_id": 999}, id="tag is not the VLAN"),
        pytest.param({"network_type": "flat", "segmentation_id": None}, id="no VLAN"),
        pytest.param({"physical_network": "of no switch"}, id="other switch"),
        pytest.param({"port_security_enabled": False}, id="not filtered as its parent"),
    ],
)
def test_a_sub_port_that_cannot_be_carried_leaves_the_trunk_degraded(
    bus: MessageBus, servers: Servers, host: Host, values: dict[str, Any]
) -> None:
    parent, well, odd = bus.ports.add(), subport(bus, 105), subport(bus, 106)
    bus.trunks.unbound[odd].update(values)
    trunk = bus.objects.add_trunk(parent, {well: 105, odd: 106})
    servers.boot(parent)
    bus.ports.wait_until_told(("up", parent), ("up", well))
    assert vlans(host, parent) == (TRUNK, 7, [105])
    assert wait_until(lambda: bus.trunks.told.get(trunk.id) == "DEGRADED")
    assert ("up", odd) not in bus.ports.told


def test_a_sub_port_that_is_put_down_is_not_carried(bus: MessageBus, servers: Servers, host: Host) -> None:
    parent, first, second = bus.ports.add(), subport(bus, 107), subport(bus, 108)
    trunk = bus.objects.add_trunk(parent, {first: 107, second: 108})
    servers.boot(parent)
    bus.ports.wait_until_told(("up", first), ("up", second))
    bus.ports.ports[first]["admin_state_up"] = False
    bus.call.port_update(first)
    bus.ports.wait_until_told(("down", first))
    assert vlans(host, parent) == (TRUNK, 7, [108])
    assert bus.trunks.told[trunk.id] == "ACTIVE"


def allowed(host: Host, machine_guid: str, protocol: str) -> set[tuple[int, str, str]]:
    """Direction, local address and port of what passes."""
    return {
        (int(str(acl["Direction"])), str(acl["LocalIPAddress"]), str(acl["LocalPort"]))
        for acl in host.session.query(select("Msvm_EthernetSwitchPortExtendedAclSettingData"))
        if machine_guid.upper() in str(acl["InstanceID"]).upper()
        and (acl["Action"], acl["Protocol"]) == (1, protocol)
    }


def test_each_port_of_a_trunk_is_filtered_by_its_own_groups(
    bus: MessageBus, servers: Servers, host: Host
) -> None:
    ssh = bus.groups.add({"protocol": "tcp", "port_range_min": 22, "port_range_max": 22})
    web = bus.groups.add({"protocol": "tcp", "port_range_min": 80, "port_range_max": 80})
    parent, tagged = bus.ports.add(security_groups=[ssh]), subport(bus, 109, security_groups=[web])
    bus.objects.add_trunk(parent, {tagged: 109})
    guid = servers.boot(parent).machine.guid
    bus.ports.wait_until_told(("up", parent), ("up", tagged))
    own = {(1, "10.0.0.5", "22"), (1, "10.1.109.5", "80")}
    assert allowed(host, guid, "TCP") == own
    bus.groups.allow(web, protocol="tcp", port_range_min=443, port_range_max=443)
    bus.call.groups_changed(web)
    assert wait_until(lambda: allowed(host, guid, "TCP") == own | {(1, "10.1.109.5", "443")})
