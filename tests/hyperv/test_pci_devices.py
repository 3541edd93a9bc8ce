"""PCI devices of a host: found by address, given up, given to machines, taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from attrs import evolve

from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import Hardware, PciDevice
from openhyperv.errors import ConflictError, InvalidInputError, NotFoundError, UnsupportedError
from openhyperv.hyperv.devices.allow_list import AllowList
from openhyperv.hyperv.devices.assignable_device import AssignableDevice, pnp_path
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import system_settings
from openhyperv.hyperv.virtual_machine import VirtualMachine
from openhyperv.machine.host_traits import HostTraits
from openhyperv.machine.host_version import WINDOWS_2012_R2
from openhyperv.machine.lifecycle import StopAction
from openhyperv.machine.memory import Memory
from openhyperv.machine.pci import MmioSpace, PciAddress, PciAlias
from openhyperv.machine.spec import MachineSpec
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.hyperv.counting import requests
from tests.hyperv.specs import GEN_1, machine_spec
from tests.witness import Witness, changes

GPU = PciDevice(vendor="10DE", product="13F2", revision="A1", bus=0x3B, name="Tesla M60")
TWIN = PciDevice(vendor="10DE", product="13F2", revision="A1", bus=0x5E, slot=1, function=2)
NVME = PciDevice(
    vendor="144D", product="A820", bus=0x40, slot=5, device_class="SCSIAdapter", name="NVMe", has_acs=False
)
NIC = PciDevice(vendor="8086", product="1592", bus=0x60, has_mitigation=False)
AT_NIC = PciAddress.parse("0000:60:00.0")
AT_GPU, AT_TWIN, AT_NVME = (
    PciAddress.parse(text) for text in ("0000:3b:00.0", "0000:5e:01.2", "0000:40:05.0")
)
DEVICES = "Msvm_AssignableDeviceService"


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
def emulated(tmp_path: Path, witness: Witness) -> Iterator[EmulatedHost]:
    hardware = Hardware(pci=[GPU, TWIN, NVME, NIC])
    with emulated_host(tmp_path, witness, hardware=hardware, has_files=True) as running:
        yield running


@pytest.fixture
def host(emulated: EmulatedHost) -> Iterator[Host]:
    with Host.connect(target_of(emulated)) as connected:
        yield connected


@pytest.fixture
def machine(host: Host) -> VirtualMachine:
    return host.create(machine_spec("machine"))


def at(host: Host, address: PciAddress) -> AssignableDevice:
    return next(device for device in host.devices.all() if device.address == address)


@shows("M4")
def test_the_inventory_says_where_each_device_is_and_whose(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine
) -> None:
    assert host.devices.assignable() == []
    assert [device.address for device in host.devices.all()] == [AT_GPU, AT_NVME, AT_TWIN, AT_NIC]
    host.devices.dismount(AT_GPU)
    host.devices.dismount(AT_NVME, force=True)
    machine.devices.add(AT_NVME)
    with requests(emulated, host) as sent:
        gpu, nvme = host.devices.assignable()
    assert sent == ["Enumerate", "Enumerate", "Invoke", "Invoke"]
    assert (gpu.vendor_id, gpu.product_id, gpu.is_free, gpu.machine) == ("10de", "13f2", True, None)
    assert gpu.location_path == GPU.location_path
    assert (str(nvme.address), nvme.is_free, nvme.machine) == ("0000:40:05.0", False, machine.guid)
    twin = at(host, AT_TWIN)
    assert (twin.is_dismounted, twin.is_free) == (False, False)


@shows("F6")
def test_an_allow_list_admits_by_address_vendor_and_product(emulated: EmulatedHost, host: Host) -> None:
    of_nvidia = AllowList.of([{"vendor_id": "10DE"}])
    assert [device.address for device in host.devices.all(of_nvidia)] == [AT_GPU, AT_TWIN]
    at_bus = AllowList.of([{"vendor_id": "10de", "product_id": "13f2", "address": "*:5e:*.*"}])
    assert [device.address for device in host.devices.all(at_bus)] == [AT_TWIN]
    both = AllowList.of([{"address": str(AT_GPU)}, {"product_id": "a820"}])
    with requests(emulated, host) as sent:
        assert [device.address for device in host.devices.all(both)] == [AT_GPU, AT_NVME]
    assert sent == ["Enumerate"] * 3 + ["Invoke"] * 4, "an address alone may be any device's"


@pytest.mark.parametrize(
    "values", [{"vendor": "10de"}, {"vendor_id": "nvidia"}, {"address": "3b:00.0"}, {"product_id": "13f"}]
)
def test_what_is_no_pattern_of_a_device_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(InvalidInputError):
        AllowList.of([values])


@shows("F6")
def test_a_machine_gets_the_device_at_the_claimed_address(
    emulated: EmulatedHost, host: Host, machine: VirtualMachine
) -> None:
    """Not the first one of its kind: that may be another tenant's."""
    for address in (AT_GPU, AT_TWIN):
        host.devices.dismount(address)
    with requests(emulated, host) as sent:
        machine.devices.add(AT_TWIN)
    assert sent == ["Enumerate", "Enumerate", "Get", "Invoke", "Invoke", "Invoke"]
    assert [device.address for device in machine.devices.assigned()] == [AT_TWIN]
    assert at(host, AT_GPU).is_free


@shows("F6", "E10")
def test_a_machine_with_a_device_is_turned_off_with_its_host(
    host: Host, machine: VirtualMachine, witness: Witness
) -> None:
    """Microsoft asks for that: it cannot be saved."""
    host.devices.dismount(AT_GPU)
    machine.devices.add(AT_GPU, mmio=MmioSpace(low_mb=3072, high_mb=33_280))
    settings = host.session.get(system_settings(machine.guid))
    assert settings["AutomaticShutdownAction"] == 2
    assert (settings["LowMmioGapSize"], settings["HighMmioGapSize"]) == (3072, 33_280)
    assert settings["GuestControlledCacheTypes"] is True
    with witness.watching() as seen:
        machine.devices.add(AT_GPU)
    assert changes(seen) == [], "everything is so already"


def test_a_device_of_another_machine_is_refused(host: Host, machine: VirtualMachine) -> None:
    host.devices.dismount(AT_GPU)
    machine.devices.add(AT_GPU)
    other = host.create(machine_spec("other"))
    with pytest.raises(ConflictError, match=machine.guid):
        other.devices.add(AT_GPU)
    with pytest.raises(ConflictError, match=machine.guid):
        host.devices.mount(AT_GPU)
    assert host.session.get(system_settings(other.guid))["AutomaticShutdownAction"] == 3, "nothing was sent"


@pytest.mark.parametrize("address", ["0000:3b:00.0", "0000:99:00.0"])
def test_a_device_that_the_host_has_is_not_for_machines(
    machine: VirtualMachine, witness: Witness, address: str
) -> None:
    with witness.watching() as seen, pytest.raises(NotFoundError, match="Dismount it"):
        machine.devices.add(PciAddress.parse(address))
    assert changes(seen) == []


def test_a_running_machine_gets_no_device(host: Host, machine: VirtualMachine) -> None:
    host.devices.dismount(AT_GPU)
    machine.start()
    with pytest.raises(ConflictError) as caught:
        machine.devices.add(AT_GPU)
    assert "while it is off" in str(caught.value.remedy)


@shows("F6")
def test_a_device_that_was_taken_away_is_free_or_the_hosts_again(host: Host, machine: VirtualMachine) -> None:
    host.devices.dismount(AT_GPU)
    host.devices.dismount(AT_TWIN)
    machine.devices.add(AT_GPU, AT_TWIN)
    assert machine.devices.remove(AT_GPU)
    assert not machine.devices.remove(AT_GPU)
    assert at(host, AT_GPU).is_free
    assert machine.devices.remove(AT_TWIN, mount=True)
    assert not at(host, AT_TWIN).is_dismounted
    node = host.session.get(pnp_path(TWIN.host_path))
    assert (node["Status"], node["ConfigManagerErrorCode"]) == ("OK", 0), "the host uses it again"
    assert not machine.devices.remove(AT_TWIN, mount=True)


def claiming(host: Host, address: PciAddress) -> MachineSpec:
    """A machine with the GPU that was claimed for it, by the rules for image and flavor."""
    return machine_spec(
        "machine",
        extra_specs={"pci_passthrough:alias": "gpu:1"},
        pci_aliases=(PciAlias("gpu", "10de", "13f2"),),
        pci_claims=(address,),
        traits=HostTraits(pci_devices=host.devices.free()),
    )


@shows("F6")
def test_a_machine_becomes_one_with_other_devices_or_with_none(host: Host, witness: Witness) -> None:
    for address in (AT_GPU, AT_TWIN):
        host.devices.dismount(address)
    spec = claiming(host, AT_GPU)
    machine = host.create(spec)
    with witness.watching() as seen:
        machine.reconfigure(spec)
    assert changes(seen) == []
    machine.reconfigure(evolve(spec, pci_devices=(AT_TWIN,)))
    assert [device.address for device in machine.devices.assigned()] == [AT_TWIN]
    plain = evolve(
        spec, pci_devices=(), mmio=None, memory=Memory(512, 512, 1024), stop_action=StopAction.SAVE
    )
    assert "a PCI device" in machine.reconfigure(plain)
    assert [device.is_free for device in host.devices.assignable()] == [True, True]
    machine.reconfigure(spec)
    assert [device.address for device in machine.devices.assigned()] == [AT_GPU]


@shows("F6")
def test_a_machine_is_created_with_the_devices_claimed_for_it(emulated: EmulatedHost, host: Host) -> None:
    for address in (AT_GPU, AT_TWIN):
        host.devices.dismount(address)
    spec = claiming(host, AT_TWIN)
    with requests(emulated, host) as sent:
        machine = host.create(spec)
    assert sent.count("Invoke") == 1 + 5, "where the device is; DefineSystem, and four as for any machine"
    assert [device.address for device in machine.devices.assigned()] == [AT_TWIN]
    settings = host.session.get(system_settings(machine.guid))
    assert (settings["AutomaticShutdownAction"], settings["HighMmioGapSize"]) == (2, 33_280)
    other = evolve(spec, name="other", identity=uuid4())
    with pytest.raises(ConflictError, match=machine.guid):
        host.create(other)
    assert [each.name for each in host.machines()] == ["machine"]


@shows("F6")
def test_rules_are_told_of_devices_that_are_free_and_allowed(host: Host, machine: VirtualMachine) -> None:
    for address in (AT_GPU, AT_TWIN):
        host.devices.dismount(address)
    host.devices.dismount(AT_NVME, force=True)
    machine.devices.add(AT_TWIN)
    of_nvidia = AllowList.of([{"vendor_id": "10de"}])
    (free,) = host.devices.free(of_nvidia)
    assert (free.address, free.vendor_id, free.product_id) == (AT_GPU, "10de", "13f2")


@shows("F6")
def test_a_deleted_machine_leaves_its_device_free(host: Host, machine: VirtualMachine) -> None:
    host.devices.dismount(AT_GPU)
    machine.devices.add(AT_GPU)
    machine.delete()
    assert at(host, AT_GPU).is_free


def test_a_device_is_dismounted_once(host: Host, witness: Witness) -> None:
    host.session.jobs.watch.start()
    with witness.watching() as seen:
        host.devices.dismount(AT_GPU)
    assert changes(seen) == ["Win32_PnPEntity.Disable", f"{DEVICES}.DismountAssignableDevice"]
    with witness.watching() as seen:
        host.devices.dismount(AT_GPU)
    assert changes(seen) == []
    host.devices.mount(AT_GPU)
    host.devices.mount(AT_GPU)
    assert not at(host, AT_GPU).is_dismounted


@pytest.mark.parametrize("address", [AT_NVME, AT_NIC], ids=["without ACS", "without mitigation"])
def test_a_device_that_is_not_safe_is_forced_or_refused(host: Host, address: PciAddress) -> None:
    with pytest.raises(UnsupportedError, match="by force"):
        host.devices.dismount(address)
    assert not at(host, address).is_dismounted
    node = host.session.get(pnp_path(at(host, address).instance_path))
    assert node["Status"] == "OK", "the host goes on using it"
    host.devices.dismount(address, force=True)
    assert at(host, address).is_free


@pytest.mark.parametrize("act", ["dismount", "mount"])
def test_a_device_that_is_not_there_is_not_found(host: Host, act: str) -> None:
    with pytest.raises(NotFoundError):
        getattr(host.devices, act)(PciAddress.parse("0000:01:00.0"))


@shows("M4", "F6")
def test_hosts_before_2016_have_nothing_to_assign(tmp_path: Path) -> None:
    with (
        emulated_host(tmp_path, version="2012R2", hardware=Hardware(pci=[GPU]), has_files=True) as running,
        Host.connect(target_of(running)) as host,
    ):
        assert host.devices.assignable() == []
        assert host.devices.all() == []
        machine = host.create(machine_spec("old", GEN_1, host=WINDOWS_2012_R2))
        for act in (host.devices.dismount, host.devices.mount, machine.devices.add):
            with pytest.raises(UnsupportedError, match="2016"):
                act(AT_GPU)
