"""When a virtual TPM and shielding are refused, and how."""

from __future__ import annotations

import pytest

from tests.capabilities import shows

from .asking import cases, refused

TABLE = """
2025   gen2 os_vtpm=yes
       secure-vm-value: os_vtpm is 'yes'; allowed are disabled, optional, required.
2025   gen2 os_shielded_vm=true
       secure-vm-value: os_shielded_vm is 'true'; allowed are disabled, optional, required.
2025   gen2 hw:tpm_version=1.2
       secure-vm-value: hw:tpm_version is '1.2'; allowed is 2.0.
2025   gen2 hw_tpm_version=1.2
       secure-vm-value: hw_tpm_version is '1.2'; allowed is 2.0.
2025   gen2 hw:tpm_version=2.0 hw_tpm_version=1.2
       property-conflict: The flavor says hw:tpm_version=2.0, but the image says hw_tpm_version=1.2.
       Remove one of the two, or let them agree.
2025   gen1 os_vtpm=required
       secure-vm-generation: A virtual TPM needs generation 2. Set hw_machine_type=hyperv-gen2 on an
       image made for UEFI.
2025   gen1 hw:tpm_version=2.0
       secure-vm-generation: A virtual TPM needs generation 2. Set hw_machine_type=hyperv-gen2 on an
       image made for UEFI.
2025   gen1 os_shielded_vm=required img_pdk_reference=containers/1
       secure-vm-generation: A virtual TPM needs generation 2. Set hw_machine_type=hyperv-gen2 on an
       image made for UEFI.
2012R2 gen2 os_vtpm=required
       unsupported: A virtual TPM needs Windows Server 2016 (10.0) or newer; this host is 6.3.9600.
       Use a newer host, and set hypervisor_version_requires='>=10.0' on the image.
2012R2 gen2 os_shielded_vm=required img_pdk_reference=containers/1
       unsupported: A virtual TPM needs Windows Server 2016 (10.0) or newer; this host is 6.3.9600.
       Use a newer host, and set hypervisor_version_requires='>=10.0' on the image.
2012   gen1 os_vtpm=required
       unsupported: A virtual TPM needs Windows Server 2016 (10.0) or newer; this host is 6.2.9200.
       Use a newer host, and set hypervisor_version_requires='>=10.0' on the image.
2025   gen2 os_secure_boot=required os_type=windows os_shielded_vm=required
       shielding-data: A shielded machine needs shielding data. Set img_pdk_reference in the
       machine's metadata, or on the image.
2025   gen2 os_shielded_vm=required img_pdk_reference=containers/1
       secure-vm-secure-boot: A machine with shielding data needs Secure Boot. Set
       os_secure_boot=required and os_type=windows on the image.
2025   gen2 os_secure_boot=required os_type=linux os_shielded_vm=required img_pdk_reference=containers/1
       secure-vm-os-type: A machine with shielding data runs Windows; os_type is 'linux'. Use a
       template of Windows, or ask for os_vtpm=required without img_pdk_reference.
2025   gen2 os_secure_boot=required os_type=windows os_shielded_vm=required img_pdk_reference=containers/1
       unsupported: A machine with shielding data runs on guarded hosts only; no Host Guardian
       Service vouches for this one. Use a guarded host, or ask for os_vtpm=required without
       img_pdk_reference.
2025   gen2 os_secure_boot=required os_type=windows os_vtpm=required img_pdk_reference=containers/1
       unsupported: A machine with shielding data runs on guarded hosts only; no Host Guardian
       Service vouches for this one. Use a guarded host, or ask for os_vtpm=required without
       img_pdk_reference.
2016   gen2 os_secure_boot=required os_type=windows os_shielded_vm=required img_pdk_reference=containers/1
       unsupported: A machine with shielding data runs on guarded hosts only; no Host Guardian
       Service vouches for this one. Use a guarded host, or ask for os_vtpm=required without
       img_pdk_reference.
2025   gen2 img_pdk_reference=containers/1
       shielding-data: Shielding data are for machines with a virtual TPM; none is asked for. Set
       os_shielded_vm=required or os_vtpm=required on the image.
2025   gen2 hw:tpm_version=2.0 hw:tpm_model=tpm-spapr
       unsupported: The flavor extra spec hw:tpm_model=tpm-spapr asks for something that is not
       available here: Hyper-V has one model of TPM; hw:tpm_version=2.0 alone asks for it. Remove
       the flavor extra spec, if the machine can do without it.
"""


@shows("D9", "D10", "D11")
@pytest.mark.parametrize(("release", "words", "rule", "text"), cases(TABLE))
def test_what_is_refused(release: str, words: str, rule: str, text: str) -> None:
    assert refused(release, words) == (rule, text)
