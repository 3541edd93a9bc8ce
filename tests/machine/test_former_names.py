"""Nova renamed properties that images still have; both names mean the same."""

from __future__ import annotations

import pytest

from .asking import UNSUPPORTED, granted, refused


@pytest.mark.parametrize("name", ["img_hv_requested_version", "hypervisor_version_requires"])
def test_a_host_that_is_too_old(name: str) -> None:
    assert refused("2012R2", f"{name}='>=10.0'")[0] == UNSUPPORTED


@pytest.mark.parametrize("name", ["img_hv_type", "hypervisor_type"])
def test_an_image_for_another_hypervisor(name: str) -> None:
    rule, text = refused("2025", f"{name}=kvm")
    assert (rule, name in text) == ("hypervisor-type", True)


@pytest.mark.parametrize("name", ["hw_architecture", "architecture"])
def test_a_guest_that_generation_2_does_not_run(name: str) -> None:
    assert refused("2025", f"gen2 {name}=i686")[0] == "architecture"


def test_both_names_may_agree() -> None:
    granted("2025", "hw_architecture=x86_64 architecture=x86_64 img_hv_type=hyperv hypervisor_type=hyperv")


def test_what_contradicts_itself_is_refused() -> None:
    rule, text = refused("2025", "img_hv_requested_version='>=10.0' hypervisor_version_requires='>=6.3'")
    assert rule == "property-conflict"
    assert "img_hv_requested_version=>=10.0, but hypervisor_version_requires=>=6.3" in text


@pytest.mark.parametrize("words", ["hw_vm_mode=hvm", "hw_firmware_stateless=false", "hw_locked_memory=false"])
def test_what_every_machine_has_may_be_asked_for(words: str) -> None:
    granted("2025", words)


def test_what_no_machine_has_may_not() -> None:
    assert refused("2025", "hw_vm_mode=xen")[0] == UNSUPPORTED
