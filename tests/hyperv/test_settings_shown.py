"""Every setting of a specification, as the host shows it afterwards."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from openhyperv.hyperv.disks.disk_files import DiskType
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import system_settings
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.drives import BlankDisk, Bus, DiskFormat
from openhyperv.machine.network_adapter import NetworkAdapter
from openhyperv.machine.request import DiskRequest, DvdRequest
from openhyperv.machine.spec import MachineSpec
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import parse_path
from openhyperv.wire.wql import AssociatorsOf, equal, select
from tests.capabilities import shows
from tests.hyperv.specs import GEN_1, GEN_2, GIB, machine_spec
from tests.hyperv.stock import SWITCH, Stock

LINUX = {"os_secure_boot": "required", "os_type": "linux"}
SERIAL = {"interactive_serial_port": "2", "logging_serial_port": "1"}
LINUX_TEMPLATE = "272e7447-90a4-4563-a4b9-8e4ab00526ce"


class Shown:
    """What the host shows of one machine."""

    def __init__(self, host: Host, machine: VirtualMachine) -> None:
        self._host = host
        self.guid = machine.guid
        self.system = host.session.get(system_settings(machine.guid))
        parts = AssociatorsOf(
            system_settings(machine.guid), association_class="Msvm_VirtualSystemSettingDataComponent"
        )
        self.parts = list(host.session.query(parts))

    def all(self, class_name: str) -> list[Instance]:
        """The machine's settings of a class, by InstanceID."""
        found = [part for part in self.parts if part.class_name == class_name]
        return sorted(found, key=lambda part: str(part["InstanceID"]))

    def one(self, class_name: str) -> Instance:
        """The only setting of that class."""
        (found,) = self.all(class_name)
        return found

    def drive_of(self, medium: Instance) -> Instance:
        """The drive that a medium is in."""
        return self._parent(medium)

    def controller_of(self, medium: Instance) -> Instance:
        """The controller of the drive that a medium is in."""
        return self._parent(self._parent(medium))

    def _parent(self, part: Instance) -> Instance:
        identifier = parse_path(str(part["Parent"])).key("InstanceID")
        (found,) = [each for each in self.parts if each["InstanceID"] == identifier]
        return found

    def features_of(self, cable: Instance) -> list[Instance]:
        """The features of an adapter's cable."""
        query = select("Msvm_EthernetSwitchPortVlanSettingData")
        prefix = str(cable["InstanceID"])
        return [f for f in self._host.session.query(query) if str(f["InstanceID"]).startswith(prefix)]


def request_of(stock: Stock, name: str, properties: dict[str, str], disk_format: DiskFormat) -> MachineSpec:
    """A machine with all that a specification can ask for."""
    return machine_spec(
        name,
        {**properties, **SERIAL},
        vcpus=2,
        memory_mb=1024,
        disks=(stock.root, DiskRequest("data", BlankDisk(disk_format), size_bytes=2 * GIB)),
        dvds=(DvdRequest("config", str(stock.iso.path)),),
        network_adapters=(
            NetworkAdapter("eth0", "00155D0000AA", SWITCH, 7),
            NetworkAdapter("eth1"),
        ),
        notes="made by a test",
        asset_tag="OpenStack Compute",
    )


@pytest.fixture(scope="module")
def second(host: Host, stock: Stock) -> Iterator[tuple[MachineSpec, Shown]]:
    spec = request_of(stock, "second", GEN_2 | LINUX, DiskFormat.VHDX)
    machine = host.create(spec)
    yield spec, Shown(host, machine)
    machine.delete()


@pytest.fixture(scope="module")
def first(host: Host, stock: Stock) -> Iterator[tuple[MachineSpec, Shown]]:
    spec = request_of(stock, "first", GEN_1, DiskFormat.VHD)
    machine = host.create(spec)
    yield spec, Shown(host, machine)
    machine.delete()


@pytest.fixture(params=["first", "second"])
def either(request: pytest.FixtureRequest) -> tuple[MachineSpec, Shown]:
    found: tuple[MachineSpec, Shown] = request.getfixturevalue(request.param)
    return found


@shows("E9")
def test_the_machine_itself(host: Host, either: tuple[MachineSpec, Shown]) -> None:
    spec, shown = either
    system = shown.system
    assert system["ElementName"] == spec.name
    assert system["Notes"] == [str(spec.identity), "made by a test"]
    assert system["VirtualSystemSubType"] == f"Microsoft:Hyper-V:SubType:{spec.generation.value}"
    assert system["AutomaticStartupAction"] == 2
    folder = str(host.layout.machine(spec.identity))
    roots = ("ConfigurationDataRoot", "SnapshotDataRoot", "SwapFileDataRoot")
    assert {system[root] for root in roots} == {folder}


@shows("E11")
def test_the_asset_tag(either: tuple[MachineSpec, Shown]) -> None:
    assert either[1].system["ChassisAssetTag"] == "OpenStack Compute"


def test_secure_boot(second: tuple[MachineSpec, Shown], first: tuple[MachineSpec, Shown]) -> None:
    assert second[1].system["SecureBootEnabled"] is True
    assert str(second[1].system["SecureBootTemplateId"]).lower() == LINUX_TEMPLATE
    assert not first[1].system["SecureBootEnabled"]


def test_processors_and_memory(either: tuple[MachineSpec, Shown]) -> None:
    _, shown = either
    assert shown.one("Msvm_ProcessorSettingData")["VirtualQuantity"] == 2
    memory = shown.one("Msvm_MemorySettingData")
    assert [memory[name] for name in ("VirtualQuantity", "Reservation", "Limit")] == [1024] * 3
    assert memory["DynamicMemoryEnabled"] is False


_CONTROLLERS = {
    Bus.IDE: "Microsoft:Hyper-V:Emulated IDE Controller",
    Bus.SCSI: "Microsoft:Hyper-V:Synthetic SCSI Controller",
}


def test_where_the_drives_are(either: tuple[MachineSpec, Shown]) -> None:
    spec, shown = either
    places = {
        (shown.controller_of(medium)["ResourceSubType"], str(shown.drive_of(medium)["AddressOnParent"]))
        for medium in shown.all("Msvm_StorageAllocationSettingData")
    }
    slots = [drive.slot for drive in spec.drives]
    assert len(slots) == 3
    assert places == {(_CONTROLLERS[slot.bus], str(slot.location)) for slot in slots}


def test_what_is_in_the_drives(
    host: Host, stock: Stock, first: tuple[MachineSpec, Shown], second: tuple[MachineSpec, Shown]
) -> None:
    for (spec, shown), suffix in ((first, "vhd"), (second, "vhdx")):
        folder = host.layout.machine(spec.identity)
        files = {
            str(file) for m in shown.all("Msvm_StorageAllocationSettingData") for file in m["HostResource"]
        }
        root, data = str(folder / "root.vhdx"), str(folder / f"data.{suffix}")
        assert files == {root, data, str(stock.iso.path)}
        made = host.disks.inspect(root)
        assert (made.type, made.size_bytes) == (DiskType.DIFFERENCING, GIB)
        assert made.parent.lower() == str(stock.image.path).lower()
        blank = host.disks.inspect(data)
        assert (blank.type, blank.size_bytes, blank.parent) == (DiskType.DYNAMIC, 2 * GIB, "")


def test_network_adapters_and_their_cables(host: Host, either: tuple[MachineSpec, Shown]) -> None:
    _, shown = either
    adapters = {a["ElementName"]: a for a in shown.all("Msvm_SyntheticEthernetPortSettingData")}
    assert sorted(adapters) == ["eth0", "eth1"]
    assert (adapters["eth0"]["Address"], adapters["eth0"]["StaticMacAddress"]) == ("00155D0000AA", True)
    assert adapters["eth1"]["StaticMacAddress"] is False
    cables = {
        parse_path(str(cable["Parent"])).key("InstanceID"): cable
        for cable in shown.all("Msvm_EthernetPortAllocationSettingData")
    }
    plugged, loose = cables[adapters["eth0"]["InstanceID"]], cables[adapters["eth1"]["InstanceID"]]
    (switch,) = host.session.query(select("Msvm_VirtualEthernetSwitch").where(equal("ElementName", SWITCH)))
    (connected,) = plugged["HostResource"]
    assert parse_path(str(connected)).key("Name") == switch["Name"]
    assert not loose.get("HostResource")
    (vlan,) = shown.features_of(plugged)
    assert (vlan["OperationMode"], vlan["AccessVlanId"]) == (1, 7)
    assert shown.features_of(loose) == []


def test_serial_ports(either: tuple[MachineSpec, Shown]) -> None:
    spec, shown = either
    pipes = [port["Connection"] for port in shown.all("Msvm_SerialPortSettingData")]
    assert pipes == [[port.pipe] for port in spec.serial_ports]
    assert all(pipe.startswith(r"\\.\pipe") for (pipe,) in pipes)
    assert len(set(map(str, pipes))) == 2


def test_boot_order_of_the_first_generation(first: tuple[MachineSpec, Shown]) -> None:
    assert list(first[1].system["BootOrder"])[:1] == [2]


def test_boot_order_of_the_second_generation(second: tuple[MachineSpec, Shown], host: Host) -> None:
    """Drives in the order of the specification, the root first, then the adapters."""
    spec, shown = second
    order = [str(parse_path(str(path)).key("InstanceID")) for path in shown.system["BootSourceOrder"]]
    root = next(
        shown.drive_of(medium)
        for medium in shown.all("Msvm_StorageAllocationSettingData")
        if medium["HostResource"] == [str(host.layout.machine(spec.identity) / "root.vhdx")]
    )
    assert order[0].startswith(str(root["InstanceID"]))
    assert len(order) == 5
