"""``hv vm security``, ``hv host guardian``, and machines created with a TPM or from shielding data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.capabilities import shows
from tests.cli.conftest import Hv, hv_for, simulate
from tests.emulated import ACCOUNT
from tests.shielding import guarded_host, shielding_data

SECRET = "correct-horse-battery"
GEN_2 = ("--property", "hw_machine_type=hyperv-gen2")
SHIELDED = """
[properties]
hw_machine_type = "hyperv-gen2"
os_type = "windows"
os_secure_boot = "required"
os_shielded_vm = "required"

[flavor]
vcpus = 1
memory_mb = 512

[metadata]
img_pdk_reference = "{pdk}"
"fsk:AdminPassword" = "{secret}"
"""


@pytest.fixture(scope="module")
def hv(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hv]:
    """A host whose machines may be changed."""
    folder = tmp_path_factory.mktemp("hvsim")
    for simulator in simulate(folder):
        yield hv_for(simulator, folder)


@shows("D9")
def test_a_machine_is_created_with_a_tpm(hv: Hv) -> None:
    hv.ok("vm", "create", "win11", *GEN_2, "--property", "os_vtpm=required", "--start")
    shown = hv.ok("vm", "security", "show", "win11")
    assert shown.splitlines() == [
        "Secure Boot      off",
        "TPM              on",
        "State encrypted  on",
        "Shielded         off",
        "Key owner        UntrustedGuardian",
    ]
    assert "UntrustedGuardian" in hv.ok("host", "guardian", "list")
    hv.ok("vm", "delete", "win11", "--yes")


@shows("D5")
def test_security_is_switched_word_by_word(hv: Hv) -> None:
    hv.ok("vm", "create", "switched", *GEN_2)
    hv.ok("host", "guardian", "create", "ours")
    hv.ok("vm", "security", "set", "switched", "--secure-boot", "linux", "--tpm", "--guardian", "ours")
    shown = hv.json("vm", "security", "show", "switched")
    assert shown["key_holders"] == {"owner": "ours", "guardians": []}
    assert shown["state"] == {
        "secure_boot": "272e7447-90a4-4563-a4b9-8e4ab00526ce",
        "has_tpm": True,
        "encrypts_state": True,
        "is_shielded": False,
    }
    hv.ok("vm", "security", "set", "switched", "--no-tpm", "--no-encrypt", "--secure-boot", "off")
    assert not any(hv.json("vm", "security", "show", "switched")["state"].values())
    hv.ok("vm", "delete", "switched", "--yes")


def test_a_shielded_machine_has_no_console_and_is_unshielded_by_its_owner(hv: Hv) -> None:
    hv.ok("vm", "create", "hidden", *GEN_2)
    hv.ok("vm", "security", "set", "hidden", "--shield")
    hv.ok("vm", "start", "hidden")
    refused = hv("vm", "console", "hidden", "--read-only", "--timeout", "1")
    assert "shielded" in refused.stderr
    assert refused.returncode != 0
    hv.ok("vm", "stop", "hidden", "--force")
    hv.ok("vm", "security", "set", "hidden", "--no-shield")
    assert "Shielded         off" in hv.ok("vm", "security", "show", "hidden")
    hv.ok("vm", "delete", "hidden", "--yes")


def test_what_is_missing_or_wrong_is_said(hv: Hv) -> None:
    assert "Name at least one" in hv("vm", "security", "set", "any").stderr
    hv.ok("vm", "create", "bios")
    refused = hv("vm", "security", "set", "bios", "--tpm")
    assert "32770" in refused.stderr
    hv.ok("vm", "delete", "bios", "--yes")


def test_a_rehearsal_tells_how_a_machine_would_get_its_tpm(hv: Hv) -> None:
    hv.ok("vm", "create", "rehearsed", *GEN_2)
    done = hv("--dry-run", "vm", "security", "set", "rehearsed", "--tpm")
    assert done.returncode == 0, done.stderr
    calls = ("MSFT_HgsKeyProtector.NewByGuardians", "SetKeyProtector", "ModifySecuritySettings")
    assert [done.stdout.index(call) for call in calls] == sorted(done.stdout.index(call) for call in calls)
    assert "TPM              off" in hv.ok("vm", "security", "show", "rehearsed")
    hv.ok("vm", "delete", "rehearsed", "--yes")


def test_a_guardian_goes_to_another_host(hv: Hv, tmp_path: Path) -> None:
    hv.ok("host", "guardian", "create", "moving")
    file = tmp_path / "moving.xml"
    hv.ok("host", "guardian", "export", "moving", str(file))
    rehearsed = hv("--dry-run", "host", "guardian", "import", "moved", str(file))
    assert rehearsed.returncode == 0, rehearsed.stderr
    assert "moved" not in hv.ok("host", "guardian", "list")
    assert "elsewhere" in hv.ok("host", "guardian", "import", "of HV2", str(file))
    hv.ok("vm", "create", "granted", *GEN_2, "--property", "os_vtpm=required")
    hv.ok("vm", "security", "grant", "granted", "of HV2")
    assert "Guardians        of HV2" in hv.ok("vm", "security", "show", "granted")
    hv.ok("vm", "delete", "granted", "--yes")


@shows("D10", "D12", "D13")
def test_secrets_of_a_shielded_machine_are_shown_nowhere(tmp_path: Path) -> None:
    pdk, asked = tmp_path / "tenant.pdk", tmp_path / "machine.toml"
    pdk.write_bytes(shielding_data(SECRET))
    asked.write_text(SHIELDED.format(pdk=pdk, secret=SECRET))
    with guarded_host(tmp_path / "host") as host:
        own = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "LC_ALL": "C.UTF-8", **host.environment()}
        hv = Hv(own)
        for option in ("--trace", "--debug", "--dry-run"):
            done = hv(option, "vm", "create", "shielded", "--from", str(asked))
            assert done.returncode == 0, done.stderr
            assert SECRET not in done.stdout + done.stderr
            assert ACCOUNT.password not in done.stdout + done.stderr
            if option != "--dry-run":
                hv.ok("vm", "delete", "shielded", "--yes")
        logs = [path for path in (tmp_path / "host").rglob("*.log") if path.is_file()]
        assert all(SECRET.encode() not in log.read_bytes() for log in logs)
