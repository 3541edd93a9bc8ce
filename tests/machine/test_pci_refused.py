"""What PCI devices and address space are refused, and how."""

from __future__ import annotations

import pytest

from tests.capabilities import shows

from .asking import cases, refused

TABLE = """
2025   pci_passthrough:alias=gpu
       pci-alias: 'gpu' is no alias with a number, such as gpu:1.
2025   pci_passthrough:alias=gpu:one
       pci-alias: 'gpu:one' is no alias with a number, such as gpu:1.
2025   pci_passthrough:alias=gpu:1,
       pci-alias: There is no PCI alias 'gpu'; there are: none.
2025   pci_passthrough:alias=nic:1
       pci-alias: There is no PCI alias 'nic'; there are: none.
2025   accel:device_profile=fpga
       unsupported: The flavor extra spec accel:device_profile=fpga asks for something that is not
       available here. Remove the flavor extra spec, if the machine can do without it.
2025   hyperv:low_mmio_mb=64
       mmio: hyperv:low_mmio_mb is '64'; allowed is a number from 128 to 3584.
2025   hyperv:high_mmio_mb=big
       mmio: hyperv:high_mmio_mb is 'big'; allowed is a number from 512 to 16777215.
2012R2 hyperv:low_mmio_mb=1024
       unsupported: Address space for devices needs Windows Server 2016 (10.0) or newer; this host
       is 6.3.9600.
2012R2 hyperv:high_mmio_mb=1024
       unsupported: Address space for devices needs Windows Server 2016 (10.0) or newer; this host
       is 6.3.9600.
"""


@shows("F6")
@pytest.mark.parametrize(("release", "words", "rule", "text"), cases(TABLE))
def test_what_is_refused(release: str, words: str, rule: str, text: str) -> None:
    assert refused(release, words) == (rule, text)
