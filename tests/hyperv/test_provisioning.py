"""Machines made from shielding data: what the host is asked, what it keeps, and what stays secret."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.cim.session import Session
from openhyperv.emulator.emulated_host import EmulatedHost
from openhyperv.emulator.rules.actions import Action
from openhyperv.emulator.rules.matching import Operation
from openhyperv.errors import FaultError, InvalidInputError
from openhyperv.files.secret_folder import SecretFolder
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.security.guarded_host import is_guarded
from openhyperv.hyperv.security.machine_security import SecurityState
from openhyperv.hyperv.security.shielding_data import ShieldingData
from openhyperv.machine.host_traits import HostTraits
from openhyperv.machine.security import SecureBootTemplate
from openhyperv.machine.spec import MachineSpec
from openhyperv.wire.path import ObjectPath
from tests.capabilities import shows
from tests.emulated import emulated_host, target_of
from tests.faults.leftovers import assert_nothing_left
from tests.hyperv.counting import requests
from tests.hyperv.specs import GEN_2, machine_spec
from tests.shielding import KEY_PROTECTOR, POLICY, guarded_host, shielding_data
from tests.witness import Witness

SECRET = "correct-horse-battery"
WINDOWS = GEN_2 | {"os_type": "windows", "os_secure_boot": "required", "img_pdk_reference": "vault/pdk"}
MSPS = "root/msps"


class Onlooker(Witness):
    """Looks at the secrets on the host's drive when the provisioning service is called."""

    def __init__(self) -> None:
        super().__init__()
        self.drive = Path()
        self.files: dict[str, bytes] = {}

    def match(self, operation: Operation) -> Action | None:
        if operation.method == "ProvisionMachine":
            self.files = {path.name: path.read_bytes() for path in self.drive.rglob("secrets/*")}
        return super().match(operation)


@pytest.fixture(scope="module")
def onlooker() -> Onlooker:
    return Onlooker()


@pytest.fixture(scope="module")
def emulated(tmp_path_factory: pytest.TempPathFactory, onlooker: Onlooker) -> Iterator[EmulatedHost]:
    with guarded_host(tmp_path_factory.mktemp("guarded"), onlooker) as running:
        onlooker.drive = running.host.files.drive_c
        yield running


@pytest.fixture(scope="module")
def host(emulated: EmulatedHost) -> Iterator[Host]:
    with Host.connect(target_of(emulated)) as connected:
        yield connected


def spec_of(name: str, kind: str = "os_shielded_vm") -> MachineSpec:
    return machine_spec(
        name,
        WINDOWS | {kind: "required"},
        traits=HostTraits(is_guarded=True),
        metadata={"fsk:AdminPassword": SECRET},
    )


@shows("D10", "D12", "D14")
@pytest.mark.parametrize(("kind", "is_shielded"), [("os_shielded_vm", True), ("os_vtpm", False)])
def test_a_machine_is_made_from_shielding_data(
    emulated: EmulatedHost, host: Host, kind: str, is_shielded: bool
) -> None:
    machine = host.create(spec_of("tenant's", kind), shielding_data=ShieldingData(shielding_data()))
    windows = SecureBootTemplate.MICROSOFT_WINDOWS
    assert machine.security.state() == SecurityState(
        windows, has_tpm=True, encrypts_state=True, is_shielded=is_shielded
    )
    system = emulated.host.systems.find(machine.guid)
    assert system is not None
    protection = system.configuration.protection
    assert (protection.key_protector, protection.policy) == (KEY_PROTECTOR, POLICY)
    job = ObjectPath("Msps_ProvisioningJob", {"InstanceID": system.guid}, MSPS)
    assert host.session.get(job)["JobStatus"] == "Waiting for the machine to be started"
    machine.start()
    assert host.session.get(job)["PercentComplete"] == 100
    machine.delete()


@shows("D14")
def test_it_takes_seven_requests_more(emulated: EmulatedHost, host: Host) -> None:
    data = ShieldingData(shielding_data())
    host.create(spec_of("first"), shielding_data=data).delete()
    with requests(emulated, host) as plain:
        host.create(machine_spec("plain")).delete()
    with requests(emulated, host) as asked:
        host.create(spec_of("counted"), shielding_data=data).delete()
    assert sorted(asked) == sorted([*plain, "Enumerate", *["Invoke"] * 6])


@shows("D12", "D13")
def test_the_provisioning_service_finds_data_and_substitutions_and_nobody_finds_them_afterwards(
    emulated: EmulatedHost, host: Host, onlooker: Onlooker
) -> None:
    data = shielding_data(SECRET)
    host.create(spec_of("substituted"), shielding_data=ShieldingData(data)).delete()
    written = json.loads(onlooker.files["specialization.fsk"])
    assert written["pairs"] == {"@@AdminPassword@@": SECRET, "@@ComputerName@@": "substituted"}
    assert onlooker.files["shielding-data.pdk"] == data
    drive = emulated.host.files.drive_c
    assert [
        path for path in drive.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()
    ] == []


@pytest.mark.parametrize("content", [b"no shielding data", b"{}"])
def test_what_is_no_shielding_data_makes_no_machine(
    emulated: EmulatedHost, host: Host, content: bytes
) -> None:
    spec = spec_of("doomed")
    with pytest.raises(FaultError) as caught:
        host.create(spec, shielding_data=ShieldingData(content))
    assert SECRET not in str(caught.value)
    assert_nothing_left(emulated, spec)


@shows("D12")
def test_missing_and_needless_shielding_data_are_refused_before_anything_is_sent(
    emulated: EmulatedHost, host: Host
) -> None:
    with requests(emulated, host) as asked:
        with pytest.raises(InvalidInputError, match="needs its shielding data"):
            host.create(spec_of("without"))
        with pytest.raises(InvalidInputError, match="asks for no shielding data"):
            host.create(machine_spec("needless"), shielding_data=ShieldingData(b"x"))
    assert asked == []


def test_shielding_data_are_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "tenant.pdk"
    file.write_bytes(SECRET.encode())
    assert SECRET not in repr(ShieldingData.from_file(file))
    assert SECRET not in repr(spec_of("quiet"))
    with pytest.raises(InvalidInputError, match="cannot be read"):
        ShieldingData.from_file(tmp_path / "nowhere.pdk")
    with pytest.raises(InvalidInputError, match="1 to"):
        ShieldingData(b"")


@shows("D11")
def test_a_host_is_asked_whether_it_is_guarded(host: Host, tmp_path: Path) -> None:
    assert is_guarded(host.session)
    for version in ("2025", "2012R2"):
        with (
            emulated_host(tmp_path / version, version=version) as other,
            Session.open(target_of(other)) as session,
        ):
            assert not is_guarded(session)


def test_a_secret_folder_is_wiped_before_and_after(emulated: EmulatedHost, host: Host) -> None:
    path = WindowsPath.parse(r"C:\OpenHyperV\lab\secrets")
    left = emulated.host.files.local(str(path))
    left.mkdir(parents=True)
    (left / "killed.pdk").write_text(SECRET)
    with (left / "killed.pdk").open("rb") as still_open, SecretFolder(host.share, path) as folder:
        assert SECRET.encode() not in still_open.read()
        written = emulated.host.files.local(str(folder.write("new.pdk", SECRET.encode())))
        assert sorted(each.name for each in left.iterdir()) == ["new.pdk"]
        new = written.open("rb")
    with new:
        assert new.read() == bytes(len(SECRET))
    assert not left.exists()
