"""Guardians, key protectors, shielding files and what they do to machines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openhyperv.emulator.cimom.faults import CimFault
from openhyperv.wire.instance import Instance
from openhyperv.wire.path import ObjectPath
from tests.emulator_host.conftest import Emulated, emulate

HGS = "root/microsoft/windows/hgs"
MSPS = "root/msps"
SECURITY = "Msvm_SecuritySettingData"
SERVICE = "Msvm_SecurityService"
CLIENT = "MSFT_HgsClientConfiguration"


def _on_class(emulated: Emulated, namespace: str, class_name: str, method: str, **arguments: Any) -> Any:
    result = emulated.invoke(ObjectPath(class_name, {}, namespace), method, **arguments)
    assert result.return_value == 0, result
    return next(iter(result.out.values()), None)


def _new_guardian(emulated: Emulated, name: str = "UntrustedGuardian") -> Instance:
    made = _on_class(
        emulated, HGS, "MSFT_HgsGuardian", "NewByGenerateCertificates", Name=name, GenerateCertificates=True
    )
    assert isinstance(made, Instance)
    return made


def _new_protector(emulated: Emulated, owner: Instance, *guardians: Instance, **allowed: bool) -> Instance:
    allow = {"AllowUntrustedRoot": True, "AllowExpired": False, **allowed}
    made = _on_class(
        emulated,
        HGS,
        "MSFT_HgsKeyProtector",
        "NewByGuardians",
        Owner=owner,
        Guardian=list(guardians),
        **allow,
    )
    assert isinstance(made, Instance)
    return made


def _security(emulated: Emulated, system: ObjectPath, **values: object) -> str:
    path = emulated.settings_of(system).path
    assert path is not None
    (found,) = emulated.associated(path, SECURITY, "Msvm_VirtualSystemSettingDataComponent")
    return emulated.text(SECURITY, {"InstanceID": found["InstanceID"], **values})


def _ask(emulated: Emulated, system: ObjectPath, method: str, **arguments: Any) -> Any:
    text = _security(emulated, system)
    return emulated.call_of(SERVICE, method, SecuritySettingData=text, **arguments)


def _enable_tpm(emulated: Emulated, system: ObjectPath) -> Instance:
    text = _security(emulated, system, TpmEnabled=True, ShieldingRequested=True)
    return emulated.finish(emulated.call_of(SERVICE, "ModifySecuritySettings", SecuritySettingData=text))


def test_a_local_key_protector_lets_a_machine_have_a_tpm(emulated: Emulated) -> None:
    protector = _new_protector(emulated, _new_guardian(emulated))
    system = emulated.define()
    assert _ask(emulated, system, "SetKeyProtector", KeyProtector=protector["RawData"]).return_value == 0
    assert _enable_tpm(emulated, system)["JobState"] == 7
    assert _ask(emulated, system, "GetKeyProtector").out["KeyProtector"] == protector["RawData"]
    (element,) = emulated.associated(system, "Msvm_SecurityElement", "Msvm_SystemComponent")
    assert (element["Shielded"], element["EncryptStateAndVmMigrationTrafficEnabled"]) == (True, True)


def test_a_guardian_has_certificates_and_one_name(emulated: Emulated) -> None:
    guardian = _new_guardian(emulated)
    assert guardian["HasPrivateSigningKey"] is True
    assert bytes(guardian["SigningCertificate"])[:1] == b"\x30"  # type: ignore[arg-type]
    assert guardian["SigningCertificate"] != guardian["EncryptionCertificate"]
    (listed,) = emulated.manager.enumerate(HGS, "MSFT_HgsGuardian")
    assert dict(listed) == dict(guardian)
    with pytest.raises(CimFault):
        _new_guardian(emulated, "untrustedguardian")


def test_guardians_outlast_a_restart_until_they_are_removed(tmp_path: Path) -> None:
    first = emulate(tmp_path)
    guardian = _new_guardian(first)
    first.host.close()
    second = emulate(tmp_path)
    try:
        _new_protector(second, guardian)
        _on_class(second, HGS, "MSFT_HgsGuardian", "Remove", Name="UntrustedGuardian")
        assert second.manager.enumerate(HGS, "MSFT_HgsGuardian") == []
        with pytest.raises(CimFault):
            _new_protector(second, guardian)
    finally:
        second.host.close()


def test_self_signed_certificates_have_to_be_allowed(emulated: Emulated) -> None:
    guardian = _new_guardian(emulated)
    with pytest.raises(CimFault):
        _new_protector(emulated, guardian, AllowUntrustedRoot=False)


def test_bytes_tell_who_can_unwrap_them(emulated: Emulated) -> None:
    owner, other = _new_guardian(emulated, "owner"), _new_guardian(emulated, "other")
    raw = _new_protector(emulated, owner, other)["RawData"]
    read = _on_class(emulated, HGS, "MSFT_HgsKeyProtector", "ConvertToByRawBytes", Bytes=raw)
    assert read["Owner"]["Name"] == "owner"
    assert [guardian["Name"] for guardian in read["Guardians"]] == ["other"]
    for broken in ([1, 2, 3], [*raw[:-40], 0, *raw[-39:]]):  # type: ignore[misc,index]
        with pytest.raises(CimFault):
            _on_class(emulated, HGS, "MSFT_HgsKeyProtector", "ConvertToByRawBytes", Bytes=broken)


def _shared(emulated: Emulated, method: str, protector: Instance, guardian: Instance) -> list[str]:
    allowed = {"AllowUntrustedRoot": True, "AllowExpired": False} if method == "Grant" else {}
    changed = _on_class(
        emulated, HGS, "MSFT_HgsKeyProtector", method, KeyProtector=protector, Guardian=guardian, **allowed
    )
    return [str(one["Name"]) for one in changed["Guardians"]]


def test_the_owner_shares_a_key_protector(emulated: Emulated) -> None:
    owner, other = _new_guardian(emulated, "owner"), _new_guardian(emulated, "other")
    alone = _new_protector(emulated, owner)
    assert _shared(emulated, "Grant", alone, other) == ["other"]
    assert _shared(emulated, "Revoke", _new_protector(emulated, owner, other), other) == []
    with pytest.raises(CimFault):
        _shared(emulated, "Revoke", alone, other)


def test_a_guardian_goes_to_another_host_without_its_keys(tmp_path: Path) -> None:
    here, there = emulate(tmp_path / "here"), emulate(tmp_path / "there")
    try:
        guardian = _new_guardian(here, "mine")
        guardians = "MSFT_HgsGuardian"
        _on_class(here, HGS, guardians, "Export", InputObject=guardian, Path=r"C:\mine.xml")
        (here.host.files.drive_c / "mine.xml").rename(there.host.files.drive_c / "theirs.xml")
        arguments = {"Path": r"C:\theirs.xml", "Name": "theirs", "AllowExpired": False}
        with pytest.raises(CimFault):
            _on_class(there, HGS, guardians, "Import", AllowUntrustedRoot=False, **arguments)
        imported = _on_class(there, HGS, guardians, "Import", AllowUntrustedRoot=True, **arguments)
        assert (imported["Name"], imported["HasPrivateSigningKey"]) == ("theirs", False)
        assert imported["SigningCertificate"] == guardian["SigningCertificate"]
        with pytest.raises(CimFault):
            _new_protector(there, imported)
        own = _new_guardian(there, "own")
        assert [g["Name"] for g in _new_protector(there, own, imported)["Guardians"]] == ["theirs"]  # type: ignore[union-attr,index,call-overload]
    finally:
        here.host.close()
        there.host.close()


def test_the_last_good_key_protector_is_the_one_it_started_with(emulated: Emulated) -> None:
    system = emulated.define()
    assert _ask(emulated, system, "RestoreLastKnownGoodKeyProtector").return_value == 32775
    guardian = _new_guardian(emulated)
    first, second = (_new_protector(emulated, guardian)["RawData"] for _ in range(2))
    _ask(emulated, system, "SetKeyProtector", KeyProtector=first)
    assert _enable_tpm(emulated, system)["JobState"] == 7
    emulated.request(system, 2)
    assert _ask(emulated, system, "SetKeyProtector", KeyProtector=second).return_value == 32775
    emulated.request(system, 3)
    _ask(emulated, system, "SetKeyProtector", KeyProtector=second)
    assert _ask(emulated, system, "RestoreLastKnownGoodKeyProtector").return_value == 0
    assert _ask(emulated, system, "GetKeyProtector").out["KeyProtector"] == first


@pytest.mark.parametrize(("generation", "version"), [(1, "12.0"), (2, "5.0")])
def test_a_tpm_needs_the_second_generation_and_a_version_that_has_it(
    tmp_path: Path, generation: int, version: str
) -> None:
    emulated = emulate(tmp_path, "2025" if version == "12.0" else "2016")
    try:
        system = emulated.define(generation=generation, Version=version)
        text = _security(emulated, system, TpmEnabled=True)
        refused = emulated.call_of(SERVICE, "ModifySecuritySettings", SecuritySettingData=text)
        assert refused.return_value == 32770
    finally:
        emulated.host.close()


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Emulated]:
    """A host that a Host Guardian Service attests to."""
    emulated = emulate(tmp_path, is_guarded=True)
    yield emulated
    emulated.host.close()


def _configuration(emulated: Emulated, method: str = "Get", **arguments: str) -> tuple[object, ...]:
    shown = _on_class(emulated, HGS, CLIENT, method, **arguments)
    return shown["IsHostGuarded"], shown["Mode"], shown["AttestationStatus"]


def test_a_host_is_guarded_while_a_service_attests_to_it(guarded: Emulated) -> None:
    assert _configuration(guarded) == (True, 2, 100)
    assert _configuration(guarded, "SetByChangeToLocalMode") == (False, 1, 0)
    assert _configuration(guarded) == (False, 1, 0)


def test_a_service_that_does_not_know_a_host_does_not_guard_it(emulated: Emulated) -> None:
    assert _configuration(emulated) == (False, 1, 0)
    joined = _configuration(
        emulated,
        "SetBySecureHostingServiceMode",
        KeyProtectionServerUrl="http://hgs/KeyProtection",
        AttestationServerUrl="http://hgs/Attestation",
    )
    assert joined == (False, 2, 301)


def _fsk(**pairs: str) -> Instance:
    entries = [Instance("Msps_FabricData", {"key": k, "Value": v}, namespace=MSPS) for k, v in pairs.items()]
    return Instance("Msps_FSK", {"FabricDataPairs": entries}, namespace=MSPS)


def _write(emulated: Emulated, path: str, file: Instance) -> None:
    _on_class(
        emulated,
        MSPS,
        "Msps_ProvisioningFileProcessor",
        "SerializeToFile",
        FilePath=path,
        ProvisioningFile=file,
    )


def _pdk() -> Instance:
    return Instance("Msps_PDK", {"KeyProtector": [1, 2], "PolicyData": [3]}, namespace=MSPS)


@pytest.mark.parametrize("file", [_fsk(name="pc1", zone="UTC"), _pdk()], ids=["fsk", "pdk"])
def test_what_was_written_is_read_again(emulated: Emulated, file: Instance) -> None:
    _write(emulated, r"C:\one.dat", file)
    read = _on_class(
        emulated, MSPS, "Msps_ProvisioningFileProcessor", "PopulateFromFile", FilePath=r"c:\ONE.dat"
    )
    assert read.class_name == file.class_name
    for name, value in file.items():
        if name == "FabricDataPairs":
            assert [dict(entry) for entry in read[name]] == [dict(entry) for entry in value]  # type: ignore[union-attr,call-overload,arg-type]
        else:
            assert read[name] == value


@pytest.mark.parametrize("path", [r"C:\missing.pdk", r"D:\x.pdk", "x.pdk"])
def test_a_file_that_is_not_there_is_a_fault(emulated: Emulated, path: str) -> None:
    with pytest.raises(CimFault):
        _on_class(emulated, MSPS, "Msps_ProvisioningFileProcessor", "PopulateFromFile", FilePath=path)


def _provision(emulated: Emulated, system: ObjectPath, fsk: str = r"C:\a.fsk") -> Any:
    return emulated.invoke(
        ObjectPath("Msps_ProvisioningService", {}, MSPS),
        "ProvisionMachine",
        PDKPath=r"C:\a.pdk",
        FSKPath=fsk,
        MachineID=str(system.key("Name")),
    )


def test_provisioning_waits_for_the_machine_to_be_started(guarded: Emulated) -> None:
    emulated = guarded
    _write(emulated, r"C:\a.pdk", _pdk())
    _write(emulated, r"C:\a.fsk", _fsk(name="pc1"))
    system = emulated.define()
    assert _provision(emulated, system).return_value == 32775
    _ask(emulated, system, "SetKeyProtector", KeyProtector=[1])
    assert _enable_tpm(emulated, system)["JobState"] == 7
    assert _provision(emulated, system, r"C:\a.pdk").return_value == 32773
    result = _provision(emulated, system)
    assert result.return_value == 0
    job = result.out["ProvisioningJob"]
    assert (job["InstanceID"], job["JobState"]) == (system.key("Name"), 4)
    emulated.request(system, 2)
    (job,) = emulated.manager.enumerate(MSPS, "Msps_ProvisioningJob")
    assert (job["JobState"], job["PercentComplete"]) == (7, 100)


def _with_tpm(emulated: Emulated, *, shielded: bool = False) -> ObjectPath:
    """A machine with a TPM by a local key protector."""
    protector = _new_protector(emulated, _new_guardian(emulated))
    system = emulated.define()
    _ask(emulated, system, "SetKeyProtector", KeyProtector=protector["RawData"])
    assert _change(emulated, system, TpmEnabled=True, ShieldingRequested=shielded) == 4096
    return system


def _change(emulated: Emulated, system: ObjectPath, **values: bool) -> int:
    text = _security(emulated, system, **values)
    result = emulated.call_of(SERVICE, "ModifySecuritySettings", SecuritySettingData=text)
    if result.return_value == 4096:
        assert emulated.finish(result)["JobState"] == 7
    assert result.return_value is not None
    return result.return_value


def test_a_machine_starts_only_where_its_key_can_be_unwrapped(emulated: Emulated) -> None:
    system = _with_tpm(emulated)
    _on_class(emulated, HGS, "MSFT_HgsGuardian", "Remove", Name="UntrustedGuardian")
    job = emulated.request(system, 2)
    assert (job["JobState"], job["ErrorCode"]) == (10, 32768)
    assert "The key protector could not be unwrapped." in str(job["ErrorDescription"])


def test_shielding_enforces_what_it_selects(emulated: Emulated) -> None:
    system = _with_tpm(emulated, shielded=True)
    assert emulated.settings_of(system)["SecureBootEnabled"] is True
    for name in ("TpmEnabled", "EncryptStateAndVmMigrationTraffic"):
        assert _change(emulated, system, **{name: False}) == 32775
    changed = emulated.text(
        "Msvm_VirtualSystemSettingData",
        {"InstanceID": emulated.settings_of(system)["InstanceID"], "SecureBootEnabled": False},
    )
    assert emulated.call("ModifySystemSettings", SystemSettings=changed).return_value == 32775


def test_only_the_owner_of_its_key_unshields_a_machine(emulated: Emulated) -> None:
    system = _with_tpm(emulated, shielded=True)
    assert _change(emulated, system, ShieldingRequested=False) == 4096
    assert _change(emulated, system, ShieldingRequested=True) == 4096
    _on_class(emulated, HGS, "MSFT_HgsGuardian", "Remove", Name="UntrustedGuardian")
    assert _change(emulated, system, ShieldingRequested=False) == 32769


@pytest.mark.parametrize(("version", "answer"), [("2016", 32769), ("2019", 0)])
def test_a_shielded_machine_has_a_console_since_2019(tmp_path: Path, version: str, answer: int) -> None:
    emulated = emulate(tmp_path, version)
    try:
        system = _with_tpm(emulated, shielded=True)
        emulated.request(system, 2)
        keyboard = emulated.associated(system, "Msvm_Keyboard", "Msvm_SystemDevice")[0].path
        assert keyboard is not None
        assert emulated.invoke(keyboard, "TypeText", asciiText="x").return_value == answer
        size = {"WidthPixels": 80, "HeightPixels": 60}
        settings = emulated.settings_of(system).path
        shown = emulated.call("GetVirtualSystemThumbnailImage", TargetSystem=settings, **size)
        assert shown.return_value == answer
    finally:
        emulated.host.close()


def test_2012_r2_has_none_of_it(tmp_path: Path) -> None:
    emulated = emulate(tmp_path, "2012R2")
    try:
        with pytest.raises(CimFault):
            _configuration(emulated)
        with pytest.raises(CimFault):
            emulated.all(SECURITY)
    finally:
        emulated.host.close()
