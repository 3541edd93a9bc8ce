"""os-win gives machines network adapters and serial ports."""

from __future__ import annotations

from typing import Any

import pytest

from openhyperv.cim.session import Session
from tests.oswin.proving import proves
from tests.oswin.reading import FOLDER, Machine

pytestmark = pytest.mark.usefixtures("windows")

NIC = "Msvm_SyntheticEthernetPortSettingData"
PORT = "Msvm_SerialPortSettingData"


@pytest.fixture
def machine(vmutils: Any, ours: Session, request: pytest.FixtureRequest) -> Machine:
    vmutils.create_vm(request.node.name, False, 1, FOLDER)
    return Machine(ours, request.node.name)


@proves("vmutils.VMUtils.create_nic")
def test_an_adapter_gets_the_address_asked_for(vmutils: Any, machine: Machine) -> None:
    vmutils.create_nic(machine.name, "port-1", "00:15:5d:aa:bb:cc")
    nic = machine.device(NIC)
    assert nic["ElementName"] == "port-1"
    assert nic["StaticMacAddress"] is True
    assert str(nic["Address"]).upper() == "00155DAABBCC"


def test_an_adapter_without_an_address_is_given_one_at_its_first_start(
    vmutils: Any, machine: Machine
) -> None:
    vmutils.create_nic(machine.name, "port-2")
    assert machine.device(NIC)["StaticMacAddress"] is False
    vmutils.set_vm_state(machine.name, 2)
    assert str(machine.device(NIC)["Address"]).startswith("00155D")


@proves("vmutils.VMUtils.get_vm_nic_names", "vmutils.VMUtils.destroy_nic")
def test_adapters_go_by_name(vmutils: Any, machine: Machine) -> None:
    for name in ("port-3", "port-4"):
        vmutils.create_nic(machine.name, name)
    assert sorted(vmutils.get_vm_nic_names(machine.name)) == ["port-3", "port-4"]

    vmutils.destroy_nic(machine.name, "port-3")
    vmutils.destroy_nic(machine.name, "port-3")  # is no error
    assert machine.device(NIC)["ElementName"] == "port-4"


@proves("vmutils.VMUtils.set_vm_serial_port_connection", "vmutils.VMUtils.get_vm_serial_port_connections")
def test_serial_ports_lead_to_pipes(vmutils: Any, machine: Machine) -> None:
    assert vmutils.get_vm_serial_port_connections(machine.name) == []
    for number, pipe in enumerate((r"\\.\pipe\log", r"\\.\pipe\console"), start=1):
        vmutils.set_vm_serial_port_connection(machine.name, number, pipe)

    found = {port["ElementName"]: port["Connection"] for port in machine.devices(PORT)}
    assert found == {"COM 1": [r"\\.\pipe\log"], "COM 2": [r"\\.\pipe\console"]}
    connected = vmutils.get_vm_serial_port_connections(machine.name)
    assert sorted(connected) == [r"\\.\pipe\console", r"\\.\pipe\log"]
