"""Windows answers changes at once or by a job: everything is the same where each of them is a job."""

from __future__ import annotations

import pytest

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import AnswersByJob
from openhyperv.emulator.rules.matching import Rule
from openhyperv.errors import ConflictError
from openhyperv.hyperv.host import Host
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.port import AccessVlan, Direction, PortRange, PortRule, PortSpec, Protocol
from openhyperv.wire.wql import select
from tests.hyperv.specs import machine_spec
from tests.hyperv.stock import SWITCH, Stock

RULES = (PortRule(Direction.INCOMING, protocol=Protocol.TCP, ports=PortRange(22, 22), stateful=True),)
ACL = "Msvm_EthernetSwitchPortExtendedAclSettingData"
VLAN = "Msvm_EthernetSwitchPortVlanSettingData"


@pytest.fixture(autouse=True)
def by_job(emulated: EmulatedHost, stock: Stock) -> None:  # noqa: ARG001  # the stock is laid in before
    emulated.rules.replace([Rule(action=AnswersByJob())])


def test_a_machine_lives_and_goes(host: Host, stock: Stock) -> None:
    machine = host.create(stock.spec())
    machine.resize(vcpus=2, memory_mb=1024)
    machine.rename("another name")
    machine.start()
    summary = machine.summary()
    assert (summary.name, summary.vcpus, summary.memory_mb) == ("another name", 2, 1024)
    machine.delete()
    assert machine.guid not in [each.guid for each in host.machines()]


def test_a_port_is_bound_and_bound_again(host: Host) -> None:
    machine = host.create(machine_spec("bound", network_adapters=(NetworkAdapter("port"),)))
    for vlan_id in (7, 8):
        host.bind_port("port", PortSpec(switch=SWITCH, vlan=AccessVlan(vlan_id), rules=RULES))
        assert vlan_id in [vlan["AccessVlanId"] for vlan in host.session.query(select(VLAN))]
    assert [acl for acl in host.session.query(select(ACL)) if acl["LocalPort"] == "22"]
    machine.delete()


def test_what_the_state_forbids_is_the_same_error(host: Host) -> None:
    machine = host.create(machine_spec("running"))
    machine.start()
    with pytest.raises(ConflictError, match="cannot change while the VM runs") as caught:
        machine.resize(vcpus=2)
    assert caught.value.code == 32775
    machine.delete()
