"""Virtual TPMs and shielding: what is granted, and what goes into provisioning."""

from __future__ import annotations

from typing import Any

import pytest

from openhyperv.machine.host_traits import HostTraits
from openhyperv.machine.security import Provisioning, SecureBootTemplate, Security
from openhyperv.machine.serial import SerialMode
from tests.capabilities import shows

from .asking import granted, refused

TPM = Security()
GUARDED = HostTraits(is_guarded=True)
WINDOWS = "gen2 os_secure_boot=required os_type=windows"
SHIELDED = f"{WINDOWS} os_shielded_vm=required img_pdk_reference=containers/1"


@shows("D9")
@pytest.mark.parametrize(
    ("release", "words", "security"),
    [
        ("2016", "gen2 os_vtpm=required", TPM),
        ("2025", "gen2 os_vtpm=required", TPM),
        ("2025", "hw_firmware_type=uefi os_vtpm=required", TPM),
        ("2025", f"{WINDOWS} os_vtpm=required", TPM),
        ("2025", "gen2 os_secure_boot=required os_type=linux os_vtpm=required", TPM),
        ("2025", "gen2 hw:tpm_version=2.0", TPM),
        ("2025", "gen2 hw_tpm_version=2.0 hw:tpm_version=2.0 hw:tpm_model=tpm-crb", TPM),
        ("2025", "gen2 hw_tpm_version=2.0 hw_tpm_model=tpm-tis os_vtpm=disabled", TPM),
        ("2025", "gen2", None),
        ("2025", "gen2 os_vtpm=disabled", None),
        ("2025", "gen2 os_vtpm=optional os_shielded_vm=optional", None),
        ("2025", "gen1 os_vtpm=optional", None),
        ("2012R2", "gen2 os_vtpm=optional os_shielded_vm=disabled", None),
        ("2025", "gen2 os_shielded_vm=optional img_pdk_reference=containers/1", None),
    ],
)
def test_a_tpm_by_the_hosts_own_keys(release: str, words: str, security: Security | None) -> None:
    assert granted(release, words).security == security


@shows("D10", "D12", "D13")
@pytest.mark.parametrize(
    ("words", "metadata", "security"),
    [
        (SHIELDED, {}, Security(True, Provisioning("containers/1", {"@@ComputerName@@": "vm-1"}))),
        (
            f"{WINDOWS} os_vtpm=required img_pdk_reference=containers/1",
            {},
            Security(False, Provisioning("containers/1", {"@@ComputerName@@": "vm-1"})),
        ),
        (
            f"{SHIELDED} os_vtpm=required",
            {"img_pdk_reference": "containers/2", "fsk:Product-Key_1": "AAAA", "owner": "me"},
            Security(
                True,
                Provisioning("containers/2", {"@@Product-Key_1@@": "AAAA", "@@ComputerName@@": "vm-1"}),
            ),
        ),
        (
            f"{WINDOWS} os_shielded_vm=required",
            {"img_pdk_reference": "containers/2", "fsk:ComputerName": "vm-1"},
            Security(True, Provisioning("containers/2", {"@@ComputerName@@": "vm-1"})),
        ),
    ],
)
@pytest.mark.parametrize("release", ["2016", "2025"])
def test_shielding_data_on_a_guarded_host(
    release: str, words: str, metadata: dict[str, str], security: Security
) -> None:
    spec = granted(release, words, metadata=metadata, traits=GUARDED)
    assert (spec.security, spec.secure_boot) == (security, SecureBootTemplate.MICROSOFT_WINDOWS)


@shows("D13")
def test_the_computer_name_is_the_host_name() -> None:
    spec = granted("2025", SHIELDED, traits=GUARDED, hostname="db01")
    assert spec.security is not None
    assert spec.security.provisioning == Provisioning("containers/1", {"@@ComputerName@@": "db01"})


@shows("D12", "D13")
@pytest.mark.parametrize(
    ("words", "metadata", "rule", "text"),
    [
        (
            SHIELDED,
            {"fsk:ComputerName": "other"},
            "substitution",
            (
                "The substitution ComputerName is 'other'; the host name is 'vm-1'. "
                "Leave it out: it is set to the host name."
            ),
        ),
        (
            SHIELDED,
            {"fsk:a b": "x"},
            "substitution",
            "fsk:a b names no placeholder: letters, digits, - and _ make one.",
        ),
        (
            SHIELDED,
            {"fsk:": "x"},
            "substitution",
            "fsk: names no placeholder: letters, digits, - and _ make one.",
        ),
        (
            "gen2 os_vtpm=optional",
            {"img_pdk_reference": "containers/1"},
            "shielding-data",
            (
                "Shielding data are for machines with a virtual TPM; none is asked for. "
                "Set os_shielded_vm=required or os_vtpm=required on the image."
            ),
        ),
    ],
)
def test_metadata_that_is_refused(words: str, metadata: dict[str, str], rule: str, text: str) -> None:
    changes: dict[str, Any] = {"metadata": metadata, "traits": GUARDED}
    assert refused("2025", words, **changes) == (rule, text)


def test_substitutions_without_shielding_data_are_remarked_on() -> None:
    spec = granted("2025", "gen2 os_vtpm=required", metadata={"fsk:Key": "AAAA"})
    assert spec.remarks == (
        "The metadata named fsk: have no effect without shielding data (img_pdk_reference).",
    )


def test_the_values_of_substitutions_are_not_shown() -> None:
    spec = granted("2025", SHIELDED, traits=GUARDED, metadata={"fsk:Password": "s3cret"})
    assert "s3cret" not in repr(spec.security)


@shows("G4")
def test_a_shielded_machine_has_no_serial_ports() -> None:
    spec = granted("2025", SHIELDED, traits=GUARDED)
    assert [(port.mode, port.pipe) for port in spec.serial_ports] == [(SerialMode.UNUSED, None)] * 2
    assert spec.remarks == ("The serial ports are not connected: a shielded machine has no console.",)
    assert granted("2025", "gen2 os_vtpm=required").serial_ports[0].mode is SerialMode.READ_WRITE
