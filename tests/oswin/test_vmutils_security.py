"""os-win gives machines a virtual TPM, shields and provisions them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve

from openhyperv.cim.session import Session
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.host.hardware import default_hardware
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulated import emulated_host
from tests.oswin.gates import factory, leading_to
from tests.oswin.proving import proves
from tests.oswin.reading import FOLDER, Machine

pytestmark = pytest.mark.usefixtures("windows")

MSPS = "root/msps"
FILES = ObjectPath("Msps_ProvisioningFileProcessor", {}, MSPS)
PDK, FSK = r"C:\tenant.pdk", r"C:\tenant.fsk"
KEY_PROTECTOR, POLICY = [11, 22, 33], [44, 55]
SECURITY = "Msvm_SecuritySettingData"


@pytest.fixture(scope="module")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedHost]:
    """os-win runs on a guarded Windows Server 2025."""
    hardware = evolve(default_hardware("HV1"), is_guarded=True)
    folder = tmp_path_factory.mktemp("host")
    with emulated_host(folder, version="2025", hardware=hardware) as host, leading_to(host):
        yield host


@pytest.fixture
def machine(vmutils: Any, ours: Session, request: pytest.FixtureRequest) -> Machine:
    vmutils.create_vm(request.node.name, False, 2, FOLDER)
    return Machine(ours, request.node.name)


@pytest.fixture(scope="module", autouse=True)
def shielding_data(ours: Session) -> None:
    """A tenant's shielding data file."""
    pdk = Instance("Msps_PDK", {"KeyProtector": KEY_PROTECTOR, "PolicyData": POLICY}, namespace=MSPS)
    ours.invoke(FILES, "SerializeToFile", {"FilePath": PDK, "ProvisioningFile": pdk})


def security(machine: Machine) -> Instance:
    own = f"{machine.settings['InstanceID']}\\"
    found = machine.session.enumerate(SECURITY)
    return next(one for one in found if str(one["InstanceID"]).startswith(own))


def key_protector(machine: Machine) -> object:
    (service,) = machine.session.enumerate("Msvm_SecurityService")
    assert service.path is not None
    settings = {"SecuritySettingData": instance_to_text(security(machine), machine.session.schema)}
    return machine.session.invoke(service.path, "GetKeyProtector", settings)["KeyProtector"]


@proves("vmutils10.VMUtils10.add_vtpm", "vmutils10.VMUtils10.is_secure_vm")
@pytest.mark.parametrize("shielded", [False, True])
def test_a_machine_gets_a_tpm(vmutils: Any, machine: Machine, shielded: bool) -> None:
    assert vmutils.is_secure_vm(machine.name) is False
    vmutils.add_vtpm(machine.name, PDK, shielded)
    now = security(machine)
    assert now["TpmEnabled"] is now["EncryptStateAndVmMigrationTraffic"] is True
    assert now["ShieldingRequested"] is shielded
    assert key_protector(machine) == KEY_PROTECTOR
    assert vmutils.is_secure_vm(machine.name) is True


@proves("vmutils10.VMUtils10.populate_fsk")
def test_specialization_data_is_written(vmutils: Any, ours: Session) -> None:
    vmutils.populate_fsk(FSK, {"@ComputerName@": "pc-001", "@TimeZone@": "UTC"})
    read = ours.invoke(FILES, "PopulateFromFile", {"FilePath": FSK})["ProvisioningFile"]
    assert isinstance(read, Instance)
    pairs = read["FabricDataPairs"]
    assert isinstance(pairs, list)
    assert {(pair["key"], pair["Value"]) for pair in pairs} == {  # type: ignore[union-attr,call-overload,index]
        ("@ComputerName@", "pc-001"),
        ("@TimeZone@", "UTC"),
    }


@proves("vmutils10.VMUtils10.provision_vm")
def test_a_machine_is_provisioned_once_it_is_started(vmutils: Any, machine: Machine) -> None:
    vmutils.populate_fsk(FSK, {"@ComputerName@": machine.name})
    vmutils.add_vtpm(machine.name, PDK, True)
    vmutils.provision_vm(machine.name, FSK, PDK)
    path = ObjectPath("Msps_ProvisioningJob", {"InstanceID": str(machine.system["Name"])}, MSPS)
    assert machine.session.get(path)["JobState"] == 4
    vmutils.set_vm_state(machine.name, 2)
    assert machine.session.get(path)["JobState"] == 7


def test_a_machine_without_a_tpm_is_not_provisioned(vmutils: Any, machine: Machine) -> None:
    from os_win import exceptions  # noqa: PLC0415  # after the gates

    vmutils.populate_fsk(FSK, {"@ComputerName@": machine.name})
    with pytest.raises(exceptions.WMIJobFailed):
        vmutils.provision_vm(machine.name, FSK, PDK)
    jobs = machine.session.enumerate("Msps_ProvisioningJob", namespace=MSPS)
    assert not [job for job in jobs if job["InstanceID"] == machine.system["Name"]]


def test_a_shielding_file_that_is_not_there_changes_nothing(vmutils: Any, machine: Machine) -> None:
    from os_win import exceptions  # noqa: PLC0415  # after the gates

    with pytest.raises(exceptions.x_wmi):
        vmutils.add_vtpm(machine.name, r"C:\nobody.pdk", True)
    assert security(machine)["TpmEnabled"] is False


@proves("hostutils10.HostUtils10.is_host_guarded")
def test_a_host_with_attestation_is_guarded(ours: Session) -> None:
    assert factory().get_hostutils().is_host_guarded() is True
    client = ObjectPath("MSFT_HgsClientConfiguration", {}, "root/microsoft/windows/hgs")
    configuration = ours.invoke(client, "Get")["cmdletOutput"]
    assert isinstance(configuration, Instance)
    assert configuration["AttestationStatus"] == 100
