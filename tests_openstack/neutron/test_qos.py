"""QoS policies: what a port may send, and what it is promised."""

from __future__ import annotations

import pytest
from neutron.objects.qos.rule import (
    QosBandwidthLimitRule,
    QosDscpMarkingRule,
    QosMinimumBandwidthRule,
    QosRule,
)
from tests.capabilities import shows
from tests.faults.leftovers import wait_until

from openhyperv.errors import HyperVError
from openhyperv.hyperv.host import Host
from openhyperv.machine.port import PortBandwidth
from openhyperv.machine.switch import BandwidthMode, SwitchSpec
from openhyperv.neutron.binding import PortBinder
from openhyperv.neutron.mappings import parse_mappings
from openhyperv.neutron.qos.driver import HyperVQosDriver
from openhyperv.neutron.wanted_port import WantedPort
from tests_openstack.neutron.message_bus import MessageBus
from tests_openstack.neutron.neutron_objects import push
from tests_openstack.neutron.servers import Servers
from tests_openstack.neutron.test_binding import details

BANDWIDTH = "Msvm_EthernetSwitchPortBandwidthSettingData"
Bounds = tuple[object, object, object]
"""Reservation, limit and burst."""


def bounds(host: Host, port_id: str) -> Bounds:
    found = host.ports().find(port_id)
    settings = [] if found is None else [each for each in found[1] if each.class_name == BANDWIDTH]
    if not settings:
        return 0, 0, 0
    return tuple(settings[0].get(name) or 0 for name in ("Reservation", "Limit", "BurstSize"))


def limit(max_kbps: int, max_burst_kbps: int = 0, direction: str = "egress") -> QosBandwidthLimitRule:
    return QosBandwidthLimitRule(max_kbps=max_kbps, max_burst_kbps=max_burst_kbps, direction=direction)


@shows("N14")
@pytest.mark.usefixtures("agent")
@pytest.mark.parametrize("key", ["qos_policy_id", "qos_network_policy_id"])
def test_a_policy_is_kept_and_followed(bus: MessageBus, servers: Servers, host: Host, key: str) -> None:
    policy = bus.objects.add_policy(limit(20_000, 1_000))
    limited, free = bus.ports.add(**{key: policy.id}), bus.ports.add()
    servers.boot(limited, free)
    bus.ports.wait_until_told(("up", limited), ("up", free))
    assert bounds(host, limited) == (0, 20_000_000, 1_000_000)
    assert bounds(host, free) == (0, 0, 0)
    bus.ports.forget_told()
    bus.objects.set_rules(policy.id, limit(30_000))
    push(policy)
    assert wait_until(lambda: bounds(host, limited)[1] == 30_000_000)
    bus.ports.ports[limited][key] = None
    if key == "qos_policy_id":
        bus.call.port_update(limited)
    else:
        bus.call.network_update(bus.ports.ports[limited]["network_id"])
    assert wait_until(lambda: bounds(host, limited)[1] == 0)


def test_a_minimum_needs_a_switch_that_promises_bandwidth_by_number(servers: Servers, host: Host) -> None:
    for name, mode in (("by number", BandwidthMode.ABSOLUTE), ("by weight", BandwidthMode.WEIGHT)):
        host.switches.create(SwitchSpec(name=name, bandwidth_mode=mode))
    binder = PortBinder(host, parse_mappings(["physnet1:by number", "physnet2:by weight"]))
    binder.use_switches(host.switches.list())
    promised, refused = (
        WantedPort(details(physical_network=network), bandwidth=PortBandwidth(minimum_bps=20_000_000))
        for network in ("physnet1", "physnet2")
    )
    server = servers.boot(promised.port_id, refused.port_id)
    binder.bind(promised)
    with pytest.raises(HyperVError):
        binder.bind(refused)
    assert bounds(host, promised.port_id) == (20_000_000, 0, 0)
    assert not server.is_connected(refused.port_id)


@pytest.mark.usefixtures("agent")
def test_rules_that_hyper_v_cannot_keep_are_left_out(bus: MessageBus, servers: Servers, host: Host) -> None:
    policy = bus.objects.add_policy(limit(20_000, direction="ingress"), QosDscpMarkingRule(dscp_mark=10))
    port_id = bus.ports.add(qos_policy_id=policy.id)
    servers.boot(port_id)
    bus.ports.wait_until_told(("up", port_id))
    assert bounds(host, port_id) == (0, 0, 0)


def minimum(min_kbps: int, direction: str = "egress") -> QosMinimumBandwidthRule:
    return QosMinimumBandwidthRule(min_kbps=min_kbps, direction=direction)


@pytest.mark.parametrize(
    ("rule", "is_supported"),
    [
        (limit(1_000), True),
        (limit(1_000, 100), True),
        (limit(1_000, direction="ingress"), False),
        (minimum(10_000), True),
        (minimum(9_999), False),
        (minimum(10_000, "ingress"), False),
        (QosDscpMarkingRule(dscp_mark=10), False),
    ],
)
def test_neutron_refuses_rules_that_hyper_v_cannot_keep(rule: QosRule, is_supported: bool) -> None:
    assert HyperVQosDriver().is_rule_supported(rule) is is_supported


@pytest.mark.parametrize(("owner", "is_valid"), [("compute:nova", True), ("trunk:subport", False)])
def test_a_sub_port_has_no_bandwidth_of_its_own(owner: str, is_valid: bool) -> None:
    assert HyperVQosDriver().validate_rule_for_port(None, limit(1_000), {"device_owner": owner}) is is_valid
