"""Secure Boot: who asks for it, and whose signatures are accepted."""

from __future__ import annotations

import pytest

from openhyperv.machine.security import SecureBootTemplate
from tests.capabilities import shows

from .asking import granted, refused

WINDOWS = SecureBootTemplate.MICROSOFT_WINDOWS
LINUX = SecureBootTemplate.MICROSOFT_UEFI_CERTIFICATE_AUTHORITY
SHIELDED = SecureBootTemplate.OPEN_SOURCE_SHIELDED_VM
OTHERS = "hyperv:secure_boot_template=MicrosoftUEFICertificateAuthority"


@shows("D3", "D4", "D5", "D6")
@pytest.mark.parametrize(
    ("release", "words", "template"),
    [
        ("2012R2", "gen2 os_secure_boot=required os_type=windows", WINDOWS),
        ("2016", "gen2 os_secure_boot=required os_type=windows", WINDOWS),
        ("2016", "gen2 os_secure_boot=required os_type=linux", LINUX),
        ("2025", "gen2 os:secure_boot=required os_type=linux", LINUX),
        ("2025", "gen2 os:secure_boot=required os_secure_boot=disabled os_type=windows", WINDOWS),
        ("2025", "gen2 os:secure_boot=disabled os_secure_boot=required os_type=windows", None),
        ("2025", "gen2 os:secure_boot=optional os_secure_boot=required", None),
        ("2025", "gen1 os_secure_boot=optional os:secure_boot=disabled", None),
        ("2025", "gen2 os_type=windows", None),
        ("2019", f"gen2 os_secure_boot=required os_type=windows {OTHERS}", LINUX),
        (
            "2019",
            "gen2 os_secure_boot=required os_type=linux hyperv:secure_boot_template=MicrosoftWindows",
            WINDOWS,
        ),
        (
            "2019",
            "gen2 os:secure_boot=required os_type=linux hyperv:secure_boot_template=OpenSourceShieldedVM",
            SHIELDED,
        ),
    ],
)
def test_the_template(release: str, words: str, template: SecureBootTemplate | None) -> None:
    assert granted(release, words).secure_boot is template


def test_templates_came_with_windows_server_2016() -> None:
    words = f"gen2 os_secure_boot=required os_type=windows {OTHERS}"
    assert refused("2012R2", words) == (
        "unsupported",
        (
            "Secure Boot for Linux needs Windows Server 2016 (10.0) or newer; this host is 6.3.9600. "
            "Use a newer host, and set hypervisor_version_requires='>=10.0' on the image."
        ),
    )
