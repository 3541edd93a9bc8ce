"""Generation, firmware, host gates and Secure Boot, as the usage guide has them."""

from __future__ import annotations

import pytest

from openhyperv.errors import InvalidInputError, MachineRuleError, UnsupportedError
from openhyperv.machine.design import design_machine
from openhyperv.machine.drives import DiskFormat, FromImage
from openhyperv.machine.host_version import WINDOWS_2012, WINDOWS_2012_R2, WINDOWS_2016, HostVersion
from openhyperv.machine.request import DiskRequest
from openhyperv.machine.security import SecureBootTemplate
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule
from tests.capabilities import shows

from .requests import GENERATION_2, SECURE_LINUX, request

WINDOWS = SecureBootTemplate.MICROSOFT_WINDOWS
LINUX = SecureBootTemplate.MICROSOFT_UEFI_CERTIFICATE_AUTHORITY


@pytest.mark.parametrize(
    ("image", "generation"),
    [
        ({}, 1),
        ({"hw_machine_type": "hyperv-gen1"}, 1),
        ({"hw_machine_type": "hyperv-gen2"}, 2),
        ({"hw_firmware_type": "bios"}, 1),
        ({"hw_firmware_type": "uefi"}, 2),
        ({"hw_machine_type": "hyperv-gen1", "hw_firmware_type": "bios"}, 1),
        ({"hw_machine_type": "hyperv-gen2", "hw_firmware_type": "uefi"}, 2),
        ({"hw_machine_type": "hyperv-gen2", "architecture": "x86_64"}, 2),
        ({"architecture": "i686"}, 1),
    ],
)
def test_generation(image: dict[str, str], generation: int) -> None:
    assert design_machine(request(image)).generation == Generation(generation)


@pytest.mark.parametrize(
    ("image", "rule", "subject"),
    [
        ({"hw_machine_type": "q35"}, Rule.MACHINE_TYPE, "hw_machine_type"),
        ({"hw_machine_type": "HYPERV-GEN2"}, Rule.MACHINE_TYPE, "hw_machine_type"),
        ({"hw_firmware_type": "efi"}, Rule.FIRMWARE_TYPE, "hw_firmware_type"),
        (
            {"hw_machine_type": "hyperv-gen1", "hw_firmware_type": "uefi"},
            Rule.FIRMWARE_CONTRADICTION,
            "hw_firmware_type",
        ),
        (
            {"hw_machine_type": "hyperv-gen2", "hw_firmware_type": "bios"},
            Rule.FIRMWARE_CONTRADICTION,
            "hw_firmware_type",
        ),
        ({**GENERATION_2, "architecture": "i686"}, Rule.ARCHITECTURE, "architecture"),
        ({"hypervisor_type": "kvm"}, Rule.HYPERVISOR_TYPE, "hypervisor_type"),
        (
            {"hypervisor_version_requires": "newest"},
            Rule.HOST_VERSION_REQUIREMENT,
            "hypervisor_version_requires",
        ),
    ],
)
def test_contradictions_and_unknown_values(image: dict[str, str], rule: Rule, subject: str) -> None:
    with pytest.raises(BrokenRuleError) as caught:
        design_machine(request(image))
    assert (caught.value.rule, caught.value.subject) == (rule, subject)
    assert subject in str(caught.value)


def test_a_broken_rule_is_a_machine_rule_error_and_names_what_is_allowed() -> None:
    with pytest.raises(
        MachineRuleError, match=r"hw_machine_type is 'q35'; allowed are hyperv-gen1, hyperv-gen2"
    ):
        design_machine(request({"hw_machine_type": "q35"}))


def test_generation_2_needs_windows_server_2012_r2() -> None:
    with pytest.raises(UnsupportedError, match="2012 R2"):
        design_machine(request(GENERATION_2, host=WINDOWS_2012))
    assert design_machine(request(host=WINDOWS_2012)).generation is Generation.ONE
    assert design_machine(request(GENERATION_2, host=WINDOWS_2012_R2)).generation is Generation.TWO


def test_hosts_before_2012_are_refused() -> None:
    with pytest.raises(UnsupportedError, match=r"6\.2"):
        design_machine(request(host=HostVersion(6, 1, 7601)))


@pytest.mark.parametrize(
    ("requirement", "fits"),
    [
        (">=6.3", True),
        (">=10.0", True),
        ("==10.0", True),
        (">=10.0.26100", True),
        (">10.0", False),
        ("<10.0", False),
        (">=6.3, <10.0", False),
        ("!=6.3,>=6.2", True),
        (" >= 6 ", True),
    ],
)
def test_version_requirement(requirement: str, *, fits: bool) -> None:
    wanted = request({"hypervisor_version_requires": requirement})
    if fits:
        assert design_machine(wanted)
    else:
        with pytest.raises(UnsupportedError, match="asks for a hypervisor"):
            design_machine(wanted)


@shows("C9")
def test_generation_2_refuses_a_vhd() -> None:
    disk = DiskRequest("root", FromImage(r"C:\i.vhd", DiskFormat.VHD, 1024**3))
    with pytest.raises(BrokenRuleError, match="VHDX") as caught:
        design_machine(request(GENERATION_2, disks=(disk,)))
    assert caught.value.rule is Rule.DISK_FORMAT
    assert design_machine(request(disks=(disk,))).disks[0].source.format is DiskFormat.VHD


@pytest.mark.parametrize(
    ("image_value", "flavor_value", "is_on"),
    [
        (None, None, False),
        ("disabled", None, False),
        ("optional", None, False),
        ("required", None, True),
        (None, "disabled", False),
        (None, "optional", False),
        (None, "required", True),
        ("disabled", "disabled", False),
        ("disabled", "optional", False),
        ("disabled", "required", True),
        ("optional", "disabled", False),
        ("optional", "optional", False),
        ("optional", "required", True),
        ("required", "disabled", False),
        ("required", "optional", False),
        ("required", "required", True),
    ],
)
def test_secure_boot_and_the_precedence_of_the_flavor(
    image_value: str | None, flavor_value: str | None, *, is_on: bool
) -> None:
    image = {**GENERATION_2, "os_type": "windows"} | ({"os_secure_boot": image_value} if image_value else {})
    extra_specs = {"os:secure_boot": flavor_value} if flavor_value else {}
    assert design_machine(request(image, extra_specs)).secure_boot == (WINDOWS if is_on else None)


@pytest.mark.parametrize(("os_type", "template"), [("windows", WINDOWS), ("linux", LINUX)])
def test_the_template_follows_the_os_type(os_type: str, template: SecureBootTemplate) -> None:
    assert design_machine(request({**SECURE_LINUX, "os_type": os_type})).secure_boot is template


@pytest.mark.parametrize(
    ("image", "extra_specs", "rule"),
    [
        ({"os_secure_boot": "required", "os_type": "linux"}, {}, Rule.SECURE_BOOT_GENERATION),
        ({"os_type": "linux"}, {"os:secure_boot": "required"}, Rule.SECURE_BOOT_GENERATION),
        ({**GENERATION_2, "os_secure_boot": "required"}, {}, Rule.SECURE_BOOT_OS_TYPE),
        ({**SECURE_LINUX, "os_type": "bsd"}, {}, Rule.SECURE_BOOT_OS_TYPE),
        ({**SECURE_LINUX, "os_type": ""}, {}, Rule.SECURE_BOOT_OS_TYPE),
        ({**GENERATION_2, "os_secure_boot": "yes"}, {}, Rule.SECURE_BOOT_VALUE),
        ({**GENERATION_2, "os_secure_boot": ""}, {}, Rule.SECURE_BOOT_VALUE),
        (SECURE_LINUX, {"os:secure_boot": "on"}, Rule.SECURE_BOOT_VALUE),
        (SECURE_LINUX, {"os:secure_boot": ""}, Rule.SECURE_BOOT_VALUE),
    ],
)
def test_secure_boot_refusals(image: dict[str, str], extra_specs: dict[str, str], rule: Rule) -> None:
    with pytest.raises(BrokenRuleError) as caught:
        design_machine(request(image, extra_specs))
    assert caught.value.rule is rule


def test_linux_secure_boot_needs_windows_server_2016() -> None:
    with pytest.raises(UnsupportedError, match="2016"):
        design_machine(request(SECURE_LINUX, host=WINDOWS_2012_R2))
    assert design_machine(request(SECURE_LINUX, host=WINDOWS_2016)).secure_boot is LINUX
    windows = {**SECURE_LINUX, "os_type": "windows"}
    assert design_machine(request(windows, host=WINDOWS_2012_R2)).secure_boot is WINDOWS


@pytest.mark.parametrize("text", ["", "10", "ten.zero", "10.0.1.2.3", "-6.3", "10.0\n", "10.0."])
def test_texts_that_are_no_version(text: str) -> None:
    with pytest.raises(InvalidInputError):
        HostVersion.parse(text)


def test_versions_are_ordered_by_number() -> None:
    assert HostVersion.parse("6.3.9600") < HostVersion.parse("10.0") < HostVersion.parse("10.0.14393")
    assert str(HostVersion.parse("10.0.20348.2113")) == "10.0.20348"
