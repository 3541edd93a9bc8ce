"""When Secure Boot is refused, and how."""

from __future__ import annotations

import pytest

from tests.capabilities import shows

from .asking import cases, refused

TABLE = """
2025   gen1 os_secure_boot=required os_type=windows
       secure-boot-generation: Secure Boot needs UEFI, which generation 1 does not have. Set
       hw_machine_type=hyperv-gen2 on an image made for UEFI.
2025   gen1 os_type=linux os:secure_boot=required
       secure-boot-generation: Secure Boot needs UEFI, which generation 1 does not have. Set
       hw_machine_type=hyperv-gen2 on an image made for UEFI.
2025   gen2 os_secure_boot=required
       secure-boot-os-type: Secure Boot needs os_type, since it decides whose signatures are
       accepted. Set os_type=windows or os_type=linux on the image.
2025   gen2 os:secure_boot=required
       secure-boot-os-type: Secure Boot needs os_type, since it decides whose signatures are
       accepted. Set os_type=windows or os_type=linux on the image.
2025   gen2 os_secure_boot=required os_type=bsd
       secure-boot-os-type: os_type is 'bsd'; allowed are windows, linux.
2025   gen2 os_secure_boot=yes
       secure-boot-value: os_secure_boot is 'yes'; allowed are disabled, optional, required.
2025   gen2 os:secure_boot=on
       secure-boot-value: os:secure_boot is 'on'; allowed are disabled, optional, required.
2012R2 gen2 os_secure_boot=required os_type=linux
       unsupported: Secure Boot for Linux needs Windows Server 2016 (10.0) or newer; this host is
       6.3.9600. Use a newer host, and set hypervisor_version_requires='>=10.0' on the image.
2025   gen2 hyperv:secure_boot_template=MicrosoftWindows
       secure-boot-template: hyperv:secure_boot_template needs Secure Boot. Set
       os:secure_boot=required.
2025   gen2 os_secure_boot=required os_type=windows hyperv:secure_boot_template=Microsoft
       secure-boot-template: hyperv:secure_boot_template is 'Microsoft'; allowed are
       MicrosoftWindows, MicrosoftUEFICertificateAuthority, OpenSourceShieldedVM.
2016   gen2 os_secure_boot=required os_type=windows hyperv:secure_boot_template=OpenSourceShieldedVM
       unsupported: The template OpenSourceShieldedVM needs Windows Server 2019 (10.0.17763) or
       newer; this host is 10.0.14393.
"""


@shows("D3", "D4", "D5")
@pytest.mark.parametrize(("release", "words", "rule", "text"), cases(TABLE))
def test_what_is_refused(release: str, words: str, rule: str, text: str) -> None:
    assert refused(release, words) == (rule, text)
