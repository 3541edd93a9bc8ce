"""What generations, firmware and hosts are refused, and how."""

from __future__ import annotations

import pytest

from tests.capabilities import shows

from .asking import cases, refused

TABLE = """
2025   hw_machine_type=q35
       machine-type: hw_machine_type is 'q35'; allowed are hyperv-gen1, hyperv-gen2.
2025   hw_machine_type=HYPERV-GEN2
       machine-type: hw_machine_type is 'HYPERV-GEN2'; allowed are hyperv-gen1, hyperv-gen2.
2025   hw_machine_type=
       machine-type: hw_machine_type is ''; allowed are hyperv-gen1, hyperv-gen2.
2025   hw_firmware_type=efi
       firmware-type: hw_firmware_type is 'efi'; allowed are bios, uefi.
2025   gen1 hw_firmware_type=uefi
       firmware-contradiction: hw_firmware_type=uefi means generation 2, but
       hw_machine_type=hyperv-gen1 means generation 1. Remove one of the two properties, or let them
       agree (bios with hyperv-gen1, uefi with hyperv-gen2).
2025   gen2 hw_firmware_type=bios
       firmware-contradiction: hw_firmware_type=bios means generation 1, but
       hw_machine_type=hyperv-gen2 means generation 2. Remove one of the two properties, or let them
       agree (bios with hyperv-gen1, uefi with hyperv-gen2).
2012   gen2
       unsupported: Generation 2 needs Windows Server 2012 R2 (6.3) or newer; this host is 6.2.9200.
       Use a newer host, and set hypervisor_version_requires='>=6.3' on the image.
2012   hw_firmware_type=uefi
       unsupported: Generation 2 needs Windows Server 2012 R2 (6.3) or newer; this host is 6.2.9200.
       Use a newer host, and set hypervisor_version_requires='>=6.3' on the image.
2025   gen2 architecture=i686
       architecture: Generation 2 runs 64-bit guests only, not i686.
2025   architecture=aarch64
       unsupported: Guests of architecture 'aarch64' are not supported.
2025   hypervisor_type=qemu
       hypervisor-type: hypervisor_type is 'qemu'; allowed is hyperv.
2012R2 hypervisor_version_requires=>=10.0
       unsupported: The image asks for a hypervisor >=10.0; this host is 6.3.9600.
2025   hypervisor_version_requires=<10.0
       unsupported: The image asks for a hypervisor <10.0; this host is 10.0.26100.
2025   hypervisor_version_requires=newest
       host-version-requirement: 'newest' is no comparison such as >=10.0.
2016   hypervisor_version_requires=>=10.0.17763
       unsupported: The image asks for a hypervisor >=10.0.17763; this host is 10.0.14393.
"""


@shows("D1", "D2")
@pytest.mark.parametrize(("release", "words", "rule", "text"), cases(TABLE))
def test_what_is_refused(release: str, words: str, rule: str, text: str) -> None:
    assert refused(release, words) == (rule, text)
