"""The host's own networking: adapters, their addresses, what they offload, and tunnels."""

from __future__ import annotations

from ipaddress import ip_interface
from pathlib import Path

import pytest

from openhyperv.emulator.cimom.faults import CimFault
from openhyperv.emulator.cimom.object_manager import ObjectManager
from openhyperv.emulator.cimom.registry import Registry
from openhyperv.emulator.guests.state_only import StateOnlyRunner
from openhyperv.emulator.host.hardware import Hardware, NetworkAdapter, Offload
from openhyperv.emulator.host.opening import open_host
from openhyperv.emulator.host.profile import Profile
from openhyperv.emulator.providers.host_services import host_providers
from openhyperv.emulator.providers.virtual_machines import virtual_machine_providers
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from openhyperv.wire.types import Value
from tests.emulator_providers.conftest import Emulated

STANDARD = "root/StandardCimv2"
CARD = NetworkAdapter(
    guid="CC1BF84D-0958-4ECA-B9EC-1BB309214544",
    name="Fast Adapter",
    mac="020000000001",
    offload=Offload(virtual_functions=4, queue_pairs=8, vmqs=16, ipsec_associations=32),
    addresses=[ip_interface("192.0.2.10/24"), ip_interface("2001:db8::10/64")],
)
SERVICE = "Msvm_VirtualEthernetSwitchManagementService"
PORT = "Msvm_EthernetPortAllocationSettingData"
LOOKUP = "MSFT_NetVirtualizationLookupRecordSettingData"


def open_with_card(folder: Path) -> Emulated:
    """A 2016 host with one card: the last release whose dump has network virtualization."""
    host = open_host("hv1", Profile.named("2016"), folder, StateOnlyRunner(), Hardware(adapters=[CARD]))
    registry = Registry(host.schema, [*host_providers(host), *virtual_machine_providers(host)])
    return Emulated(host, ObjectManager(host.schema, registry, host.lock, host.name, host.events))


@pytest.fixture
def emulated(tmp_path: Path) -> Emulated:
    return open_with_card(tmp_path)


def external_switch(emulated: Emulated, *, iov: bool = False, shared: bool = True) -> None:
    """A switch at the card, which the host itself uses too if it is shared."""
    (card,) = emulated.all("Msvm_ExternalEthernetPort")
    (host,) = emulated.query("SELECT * FROM Msvm_ComputerSystem WHERE Caption='Hosting Computer System'")
    ends = [card, host] if shared else [card]
    ports = [
        emulated.text(PORT, {"ElementName": "external", "HostResource": [str(end.path.on("HV1"))]})
        for end in ends
        if end.path is not None
    ]
    settings: dict[str, Value] = {"ElementName": "external", "IOVPreferred": iov}
    text = emulated.text("Msvm_VirtualEthernetSwitchSettingData", settings)
    result = emulated.call(SERVICE, "DefineSystem", SystemSettings=text, ResourceSettings=ports)
    assert result.return_value == 0


def addresses(emulated: Emulated) -> dict[Value, Value]:
    """IPv4 addresses by the alias of their interface."""
    found = emulated.query("SELECT * FROM MSFT_NetIPAddress WHERE AddressFamily=2", STANDARD)
    return {address["InterfaceAlias"]: address["IPAddress"] for address in found}


def test_a_card_is_called_as_its_switch_sees_it(emulated: Emulated) -> None:
    (adapter,) = emulated.query(
        "SELECT * FROM MSFT_NetAdapter WHERE InterfaceDescription='Fast Adapter'", STANDARD
    )
    assert (adapter["Name"], adapter["PnPDeviceID"]) == ("Ethernet", CARD.pnp_device_id)
    (older,) = emulated.query("SELECT * FROM Win32_NetworkAdapter WHERE Name='Fast Adapter'", "root/cimv2")
    assert older["InterfaceIndex"] == adapter["InterfaceIndex"]


def test_addresses_move_to_the_hosts_own_adapter_at_a_switch(emulated: Emulated) -> None:
    assert addresses(emulated) == {"Ethernet": "192.0.2.10"}
    external_switch(emulated)
    assert addresses(emulated) == {"vEthernet (external)": "192.0.2.10"}
    (virtual,) = emulated.query("SELECT * FROM MSFT_NetAdapter WHERE Virtual=TRUE", STANDARD)
    assert virtual["DriverDescription"] == "Hyper-V Virtual Ethernet Adapter"


def test_a_card_that_is_all_a_switchs_has_no_addresses(emulated: Emulated) -> None:
    external_switch(emulated, shared=False)
    assert addresses(emulated) == {}


def test_a_switch_offers_what_its_card_does(emulated: Emulated) -> None:
    external_switch(emulated, iov=True)
    data = emulated.only("Msvm_EthernetSwitchHardwareOffloadData")
    offered = [data[f"{name}Capacity"] for name in ("IovVf", "IovQueuePair", "Vmq", "IPsecSA")]
    assert offered == [4, 8, 16, 32]
    assert emulated.only("Msvm_ExternalEthernetPortCapabilities")["IOVSupport"] is True


def test_sr_iov_is_for_switches_made_for_it(emulated: Emulated) -> None:
    external_switch(emulated)
    data = emulated.only("Msvm_EthernetSwitchHardwareOffloadData")
    assert (data["IovVfCapacity"], data["VmqCapacity"]) == (0, 16)


def record(**values: Value) -> Instance:
    """A lookup record, complete unless a value is None."""
    usual: dict[str, Value] = {
        "CustomerAddress": "10.0.0.5",
        "MACAddress": "00155D000005",
        "ProviderAddress": "192.0.2.20",
        "VirtualSubnetID": 5001,
        "Rule": 1,
    }
    return Instance(LOOKUP, {**usual, **values}, namespace=STANDARD)


def created(emulated: Emulated, instance: Instance) -> ObjectPath:
    return emulated.manager.create(STANDARD, LOOKUP, instance)


def test_records_are_created_changed_and_deleted_and_outlive_restarts(tmp_path: Path) -> None:
    before = open_with_card(tmp_path)
    path = created(before, record())
    gone = created(before, record(CustomerAddress="10.0.0.6"))
    before.manager.put(path, Instance(LOOKUP, {"ProviderAddress": "192.0.2.21"}, namespace=STANDARD))
    before.manager.delete(gone)
    before.host.close()
    after = open_with_card(tmp_path)
    (kept,) = after.all(LOOKUP, STANDARD)
    assert (kept["CustomerAddress"], kept["ProviderAddress"]) == ("10.0.0.5", "192.0.2.21")
    assert kept["Type"] == 0


@pytest.mark.parametrize(
    "wrong",
    [{"ProviderAddress": None}, {"CustomerAddress": "everywhere"}, {"VirtualSubnetID": 1}],
)
def test_a_record_that_makes_no_tunnel_is_refused(emulated: Emulated, wrong: dict[str, Value]) -> None:
    with pytest.raises(CimFault):
        created(emulated, record(**wrong))
    assert emulated.all(LOOKUP, STANDARD) == []


def test_a_record_exists_once(emulated: Emulated) -> None:
    created(emulated, record())
    with pytest.raises(CimFault):
        created(emulated, record())


def test_a_card_tells_its_slot_and_an_adapter_at_a_switch_has_none(emulated: Emulated) -> None:
    external_switch(emulated)
    (info,) = emulated.query("SELECT * FROM MSFT_NetAdapterHardwareInfoSettingData", STANDARD)
    assert info["InterfaceDescription"] == "Fast Adapter"
    assert [info[f"{part}Number"] for part in ("Segment", "Bus", "Device", "Function")] == [0, 0xCC, 0x1B, 0]
    assert info["SriovSupport"] == 1
