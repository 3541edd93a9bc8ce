"""Whatever goes wrong on the way, ports end as they should be, each rule once, and are told up only then."""

from __future__ import annotations

from collections import Counter

import pytest
from tests.witness import Witness

from openhyperv.emulator.rules.actions import Action, MethodReturns, QuotaFault, ResetAfter, ResetBefore
from openhyperv.emulator.rules.matching import Rule
from openhyperv.hyperv.host import Host
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.wire.wql import select
from tests_openstack.neutron.message_bus import MessageBus
from tests_openstack.neutron.servers import Server, Servers

pytestmark = pytest.mark.usefixtures("agent")

PORTS = [{"protocol": "tcp", "port_range_min": port, "port_range_max": port} for port in range(8000, 8010)]
DHCP_RULES, DEFAULT_RULES = 3, 4
RULES_PER_PORT = len(PORTS) + DHCP_RULES + DEFAULT_RULES


def group_of_ten(bus: MessageBus) -> str:
    return bus.groups.add(*PORTS)


def rules_of(host: Host, server: Server) -> Counter[str]:
    """How many rules each port of a server has, by adapter."""
    acls = host.session.query(select("Msvm_EthernetSwitchPortExtendedAclSettingData"))
    owners = (str(acl["InstanceID"]).partition("\\C\\")[0].upper() for acl in acls)
    return Counter(owner for owner in owners if server.machine.guid.upper() in owner)


@pytest.mark.parametrize("method", ["AddFeatureSettings", "ModifyResourceSettings"])
@pytest.mark.parametrize(
    "action",
    [ResetBefore(), ResetAfter(), MethodReturns(return_value=32775), QuotaFault()],
    ids=lambda action: type(action).__name__,
)
def test_a_call_that_fails(
    bus: MessageBus, servers: Servers, host: Host, witness: Witness, action: Action, method: str
) -> None:
    port_id = bus.ports.add(security_groups=[group_of_ten(bus)])
    server = servers.boot()
    with witness.misfortune(Rule(action=action, method=method, count=1)):
        server.machine.adapters.add(NetworkAdapter(port_id))
        bus.ports.wait_until_told(("up", port_id))
    assert server.is_connected(port_id)
    assert list(rules_of(host, server).values()) == [RULES_PER_PORT]


def test_one_request_in_twenty_fails(bus: MessageBus, servers: Servers, host: Host, witness: Witness) -> None:
    group = group_of_ten(bus)
    port_ids = [bus.ports.add(security_groups=[group]) for _ in range(20)]
    made = [servers.boot(*port_ids[start : start + 4]) for start in range(0, 20, 4)]
    faults = [Rule(action=action, probability=0.025) for action in (ResetBefore(), ResetAfter())]
    with witness.misfortune(*faults):
        for port_id in port_ids:
            bus.call.port_update(port_id)
        bus.ports.wait_until_told(*(("up", port_id) for port_id in port_ids))
    for server in made:
        assert [each.specification.switch for each in server.machine.adapters.list()].count(None) == 0
        assert set(rules_of(host, server).values()) == {RULES_PER_PORT}
