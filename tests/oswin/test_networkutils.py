"""os-win looks at switches, and plugs machines into them."""

from __future__ import annotations

from threading import Thread
from time import monotonic, sleep
from typing import Any

import pytest
from os_win import exceptions

from openhyperv.cim.session import Session
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import parse_path
from openhyperv.wire.wql import equal, select
from tests.oswin.proving import proves
from tests.oswin.reading import Machine
from tests.oswin.switching import Port, make_switch

pytestmark = pytest.mark.usefixtures("windows")

NIC = "Msvm_SyntheticEthernetPortSettingData"
MAC = "02:00:00:00:00:01"
DEADLINE_S = 20


@pytest.fixture
def switch(ours: Session, request: pytest.FixtureRequest) -> Instance:
    return make_switch(ours, f"switch of {request.node.name}")


@pytest.fixture
def machine(vmutils: Any, ours: Session, request: pytest.FixtureRequest) -> Machine:
    """A machine of generation 2 with an adapter that is named after it."""
    vmutils.create_vm(request.node.name, False, 2, r"C:\openstack\instances")
    vmutils.create_nic(request.node.name, f"port of {request.node.name}", MAC)
    return Machine(ours, request.node.name)


@pytest.fixture
def port(ours: Session, machine: Machine) -> Port:
    return Port(ours, f"port of {machine.name}")


@proves("networkutils.NetworkUtils.get_vswitch_id", "networkutils.NetworkUtils.vswitch_port_needed")
def test_a_switch_is_known_by_its_name(networkutils: Any, switch: Instance) -> None:
    assert networkutils.get_vswitch_id(switch["ElementName"]) == switch["Name"]
    assert networkutils.vswitch_port_needed() is False


@proves("networkutils.NetworkUtils.get_vswitch_id")
def test_a_switch_that_is_not_there(networkutils: Any) -> None:
    with pytest.raises(exceptions.HyperVvSwitchNotFound, match="no such switch"):
        networkutils.get_vswitch_id("no such switch")


@proves("networkutils.NetworkUtils.get_vswitch_extensions")
def test_the_extensions_of_a_switch(networkutils: Any, ours: Session, switch: Instance) -> None:
    query = select("Msvm_EthernetSwitchExtension").where(equal("SystemName", str(switch["Name"])))
    expected = [
        {
            "name": extension["ElementName"],
            "version": extension["Version"],
            "vendor": extension["Vendor"],
            "description": extension["Description"],
            "enabled_state": extension["EnabledState"],
            "extension_type": extension["ExtensionType"],
        }
        for extension in ours.query(query)
    ]
    assert len(expected) == 2
    assert networkutils.get_vswitch_extensions(switch["ElementName"]) == expected


@proves("networkutils.NetworkUtils.get_vswitch_external_network_name")
def test_the_adapter_that_a_switch_is_on(networkutils: Any, ours: Session, switch: Instance) -> None:
    adapter = next(iter(ours.enumerate("Msvm_ExternalEthernetPort")))
    external = make_switch(ours, "external", adapter=str(adapter["ElementName"]))
    found = networkutils.get_vswitch_external_network_name(external["ElementName"])
    assert found == adapter["ElementName"]
    assert networkutils.get_vswitch_external_network_name(switch["ElementName"]) is None


@proves(
    "networkutils.NetworkUtils.vnic_port_exists",
    "networkutils.NetworkUtils.get_vnic_ids",
    "networkutils.NetworkUtils.get_vnic_mac_address",
)
def test_the_adapters_of_machines(networkutils: Any, machine: Machine, port: Port) -> None:
    assert networkutils.vnic_port_exists(port.name)
    assert not networkutils.vnic_port_exists("no such port")
    assert port.name in networkutils.get_vnic_ids()
    assert networkutils.get_vnic_mac_address(port.name) == machine.device(NIC)["Address"] == "020000000001"


@proves("networkutils.NetworkUtils.connect_vnic_to_vswitch")
def test_an_adapter_is_connected_once(
    networkutils: Any, machine: Machine, port: Port, switch: Instance
) -> None:
    for _ in range(2):
        networkutils.connect_vnic_to_vswitch(switch["ElementName"], port.name)
    connection = port.connection
    (host_resource,) = connection["HostResource"]
    assert parse_path(host_resource) == switch.path
    assert parse_path(str(connection["Parent"])) == machine.device(NIC).path


@proves("networkutils.NetworkUtils.connect_vnic_to_vswitch")
def test_what_is_not_there_is_not_connected(networkutils: Any, port: Port, switch: Instance) -> None:
    with pytest.raises(exceptions.HyperVvSwitchNotFound):
        networkutils.connect_vnic_to_vswitch("no such switch", port.name)
    with pytest.raises(exceptions.HyperVvNicNotFound):
        networkutils.connect_vnic_to_vswitch(switch["ElementName"], "no such port")
    assert port.connections == []


@proves("networkutils.NetworkUtils.connect_vnic_to_vswitch")
def test_a_port_that_lost_its_switch_is_connected_again(
    networkutils: Any, vmutils: Any, port: Port, switch: Instance
) -> None:
    networkutils.connect_vnic_to_vswitch(switch["ElementName"], port.name)
    connection = port.connection
    assert connection.path is not None
    setting = vmutils._get_wmi_obj(str(connection.path.on("HV1")))  # noqa: SLF001  # any WMI object will do
    setting.HostResource = []
    vmutils._jobutils.modify_virt_resource(setting)  # noqa: SLF001
    assert not port.connection.get("HostResource")
    networkutils.connect_vnic_to_vswitch(switch["ElementName"], port.name)
    assert parse_path(port.connection["HostResource"][0]) == switch.path


@proves("networkutils.NetworkUtils.get_switch_ports", "networkutils.NetworkUtils.get_port_by_id")
def test_ports_are_there_while_the_machine_runs(
    networkutils: Any, vmutils: Any, ours: Session, machine: Machine, port: Port, switch: Instance
) -> None:
    name = switch["ElementName"]
    networkutils.connect_vnic_to_vswitch(name, port.name)
    assert networkutils.get_switch_ports(name) == set()
    vmutils.set_vm_state(machine.name, 2)
    query = select("Msvm_EthernetSwitchPort").where(equal("SystemName", str(switch["Name"])))
    (expected,) = ours.query(query)
    assert networkutils.get_switch_ports(name) == {expected["Name"]}
    assert networkutils.get_port_by_id(port.name, name).Name == expected["Name"]
    assert networkutils.get_port_by_id("no such port", name) is None


@proves("networkutils.NetworkUtils.remove_switch_port")
def test_a_port_is_removed_once_or_twice(networkutils: Any, port: Port, switch: Instance) -> None:
    networkutils.connect_vnic_to_vswitch(switch["ElementName"], port.name)
    networkutils.remove_switch_port(port.name)
    assert port.connections == []
    networkutils.remove_switch_port(port.name)


@proves("networkutils.NetworkUtils.remove_switch_port")
def test_a_port_goes_with_its_adapter(
    networkutils: Any, vmutils: Any, machine: Machine, port: Port, switch: Instance
) -> None:
    networkutils.connect_vnic_to_vswitch(switch["ElementName"], port.name)
    vmutils.destroy_nic(machine.name, port.name)
    assert port.connections == []
    networkutils.remove_switch_port(port.name, vnic_deleted=True)


class Heard(Exception):  # noqa: N818  # ends a listener that would listen for ever
    """The event has come."""


@pytest.mark.parametrize("event", ["EVENT_TYPE_CREATE", "EVENT_TYPE_DELETE"])
@proves("networkutils.NetworkUtils.get_vnic_event_listener")
def test_adapters_are_heard_of(networkutils: Any, vmutils: Any, machine: Machine, event: str) -> None:
    late = f"late port of {machine.name}"
    if event == "EVENT_TYPE_DELETE":
        vmutils.create_nic(machine.name, late, "02:00:00:00:00:02")
    listen = networkutils.get_vnic_event_listener(getattr(networkutils, event))
    heard: list[str] = []

    def hear(name: str) -> None:
        heard.append(name)
        raise Heard

    def run() -> None:
        with pytest.raises(Heard):
            listen(hear)

    thread = Thread(target=run, daemon=True)
    thread.start()
    change = vmutils.create_nic if event == "EVENT_TYPE_CREATE" else vmutils.destroy_nic
    change(machine.name, late)
    deadline = monotonic() + DEADLINE_S
    while thread.is_alive() and monotonic() < deadline:
        sleep(0.05)
    assert heard == [late]
