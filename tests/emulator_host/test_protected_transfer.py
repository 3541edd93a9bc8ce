"""A machine with a TPM goes to another host: what its TPM holds goes with it, for those who have the key."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from openhyperv.emulator.host.shielding.unwrapping import guardian_store
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated, emulate
from tests.emulator_host.transfers import exported, guid_of, imported, realized

HGS = "root/microsoft/windows/hgs"
SERVICE, SECURITY = "Msvm_SecurityService", "Msvm_SecuritySettingData"
FOLDER = r"C:\export"
MEMORY = b"what the TPM holds"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Emulated]:
    emulated = emulate(tmp_path / "here")
    yield emulated
    emulated.host.close()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Emulated]:
    emulated = emulate(tmp_path / "there")
    yield emulated
    emulated.host.close()


def protected(emulated: Emulated) -> ObjectPath:
    """A machine with a TPM that holds something already."""
    path = ObjectPath("MSFT_HgsGuardian", {}, HGS)
    emulated.invoke(path, "NewByGenerateCertificates", Name="mine", GenerateCertificates=True)
    owner = Instance("MSFT_HgsGuardian", {"Name": "mine"}, namespace=HGS)
    made = emulated.invoke(
        ObjectPath("MSFT_HgsKeyProtector", {}, HGS),
        "NewByGuardians",
        Owner=owner,
        Guardian=[],
        AllowUntrustedRoot=True,
        AllowExpired=False,
    ).out["cmdletOutput"]
    assert isinstance(made, Instance)
    system = emulated.define("moving")
    settings = emulated.settings_of(system).path
    assert settings is not None
    (security,) = emulated.associated(settings, SECURITY, "Msvm_VirtualSystemSettingDataComponent")
    text = emulated.text(SECURITY, {"InstanceID": security["InstanceID"], "TpmEnabled": True})
    emulated.call_of(SERVICE, "SetKeyProtector", SecuritySettingData=text, KeyProtector=made["RawData"])
    emulated.finish(emulated.call_of(SERVICE, "ModifySecuritySettings", SecuritySettingData=text))
    tpm_of(emulated, system).mkdir(parents=True)
    (tpm_of(emulated, system) / "tpm2-00.permall").write_bytes(MEMORY)
    return system


def tpm_of(emulated: Emulated, system: ObjectPath) -> Path:
    found = emulated.host.systems.find(guid_of(system))
    assert found is not None
    return emulated.host.state_dir(found) / "tpm"


def moved(here: Emulated, there: Emulated) -> ObjectPath:
    file = exported(here, protected(here), FOLDER)
    shutil.copytree(here.host.files.local(FOLDER), there.host.files.local(FOLDER))
    return realized(there, imported(there, file))


def test_what_a_tpm_holds_goes_along_and_is_closed_to_a_host_without_the_key(
    here: Emulated, there: Emulated
) -> None:
    system = moved(here, there)
    assert (tpm_of(there, system) / "tpm2-00.permall").read_bytes() == MEMORY
    job = there.request(system, 2)
    assert (job["JobState"], job["ErrorCode"]) == (10, 32768)
    assert "The key protector could not be unwrapped." in str(job["ErrorDescription"])


def test_the_machine_starts_where_the_guardian_s_private_keys_are(here: Emulated, there: Emulated) -> None:
    system = moved(here, there)
    shutil.copytree(here.host.data / "guardians", there.host.data / "guardians")
    assert guardian_store(there.host).find("mine") is not None
    assert there.request(system, 2)["JobState"] == 7
