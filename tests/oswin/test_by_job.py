"""os-win on a host that answers its changes by jobs, as Windows often does."""

from __future__ import annotations

from typing import Any

import pytest

from openhyperv.cim.session import Session
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import AnswersByJob
from openhyperv.emulator.rules.matching import Rule
from tests.oswin.gates import module
from tests.oswin.reading import Machine
from tests.oswin.security_rules import ExtendedRule
from tests.oswin.switching import make_switch

NIC = "Msvm_SyntheticEthernetPortSettingData"
VLAN = "Msvm_EthernetSwitchPortVlanSettingData"
ACL = "Msvm_EthernetSwitchPortExtendedAclSettingData"


@pytest.fixture(autouse=True)
def by_job(windows: EmulatedHost, ours: Session) -> None:
    windows.rules.clear()
    make_switch(ours, "by job")
    windows.rules.replace([Rule(action=AnswersByJob())])


def test_a_machine_is_defined_bound_started_and_destroyed(
    vmutils: Any, networkutils: Any, ours: Session, machine: Machine
) -> None:
    vmutils.create_scsi_controller(machine.name)
    vmutils.create_nic(machine.name, "port", "00:15:5d:aa:bb:cc")
    vmutils.update_vm(machine.name, 1024, None, 2, None, False, 1)
    networkutils.connect_vnic_to_vswitch("by job", "port")
    networkutils.set_vswitch_port_vlan_id(7, "port")
    networkutils.create_security_rules("port", [ExtendedRule(LocalPort="22"), ExtendedRule(LocalPort="80")])
    vmutils.set_vm_state(machine.name, 2)

    assert machine.state == 2
    assert machine.device(NIC)["ElementName"] == "port"
    assert machine.device("Msvm_ProcessorSettingData")["VirtualQuantity"] == 2
    assert machine.device("Msvm_MemorySettingData")["VirtualQuantity"] == 1024
    assert machine.device(VLAN)["AccessVlanId"] == 7
    assert {acl["LocalPort"] for acl in machine.devices(ACL)} == {"22", "80"}

    vmutils.stop_vm_jobs(machine.name)
    vmutils.set_vm_state(machine.name, 3)
    vmutils.destroy_vm(machine.name)
    assert machine.name not in [each["ElementName"] for each in ours.enumerate("Msvm_ComputerSystem")]


def test_a_refusal_is_the_text_of_the_failed_job(vmutils: Any, machine: Machine) -> None:
    vmutils.set_vm_state(machine.name, 2)
    with pytest.raises(module("exceptions").HyperVException, match="while the VM"):
        vmutils.update_vm(machine.name, 512, None, 3, None, False, 1)
    assert machine.device("Msvm_ProcessorSettingData")["VirtualQuantity"] == 1
