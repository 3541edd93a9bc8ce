"""Whether a machine boots with Secure Boot, and whose signatures its firmware accepts."""

from __future__ import annotations

from openhyperv.machine.host_version import WINDOWS_2016, WINDOWS_2019, HostVersion
from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.rules.releases import check_release
from openhyperv.machine.security import SecureBootTemplate
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule, one_of

IMAGE_PROPERTY = "os_secure_boot"
EXTRA_SPEC = "os:secure_boot"
TEMPLATE = "hyperv:secure_boot_template"
OS_TYPE = "os_type"

VALUES = ("disabled", "optional", "required")
_BY_NAME = {
    "MicrosoftWindows": SecureBootTemplate.MICROSOFT_WINDOWS,
    "MicrosoftUEFICertificateAuthority": SecureBootTemplate.MICROSOFT_UEFI_CERTIFICATE_AUTHORITY,
    "OpenSourceShieldedVM": SecureBootTemplate.OPEN_SOURCE_SHIELDED_VM,
}
_BY_OS_TYPE = {
    "windows": SecureBootTemplate.MICROSOFT_WINDOWS,
    "linux": SecureBootTemplate.MICROSOFT_UEFI_CERTIFICATE_AUTHORITY,
}
TEMPLATE_NAMES = tuple(_BY_NAME)
OS_TYPES = tuple(_BY_OS_TYPE)


def secure_boot_of(
    image: ImageProperties, flavor: Flavor, generation: Generation, host: HostVersion
) -> SecureBootTemplate | None:
    """The template to boot with, or None for Secure Boot off, which is the default.

    The flavor's ``os:secure_boot`` takes precedence over the image's ``os_secure_boot``; only ``required``
    switches Secure Boot on (usage guide, "UEFI Secure Boot"). The template follows ``os_type``, unless the
    flavor names one (``hyperv:secure_boot_template``, as ``Get-VMHost`` calls them).

    :raises BrokenRuleError: unknown value; generation 1; ``os_type`` missing or neither windows nor linux
    :raises UnsupportedError: a Linux guest on a host before Windows Server 2016
    """
    if not _is_required(image, flavor):
        _refuse_template(flavor)
        return None
    if generation is not Generation.TWO:
        raise BrokenRuleError(
            Rule.SECURE_BOOT_GENERATION,
            _asked_by(flavor),
            "Secure Boot needs UEFI, which generation 1 does not have.",
            remedy="Set hw_machine_type=hyperv-gen2 on an image made for UEFI.",
        )
    by_os_type = _template_of(image)
    template = flavor.get(TEMPLATE)
    if template is None:
        return _known(by_os_type, OS_TYPE, host)
    return _known(
        _BY_NAME[one_of(Rule.SECURE_BOOT_TEMPLATE, TEMPLATE, template, TEMPLATE_NAMES)], TEMPLATE, host
    )


def _is_required(image: ImageProperties, flavor: Flavor) -> bool:
    by_image = image.get(IMAGE_PROPERTY)
    by_flavor = flavor.get(EXTRA_SPEC)
    if by_image is not None:
        one_of(Rule.SECURE_BOOT_VALUE, IMAGE_PROPERTY, by_image, VALUES)
    if by_flavor is not None:
        one_of(Rule.SECURE_BOOT_VALUE, EXTRA_SPEC, by_flavor, VALUES)
    return (by_flavor or by_image) == "required"


def _asked_by(flavor: Flavor) -> str:
    return EXTRA_SPEC if flavor.get(EXTRA_SPEC) else IMAGE_PROPERTY


def _template_of(image: ImageProperties) -> SecureBootTemplate:
    os_type = image.get(OS_TYPE)
    if os_type is None:
        raise BrokenRuleError(
            Rule.SECURE_BOOT_OS_TYPE,
            OS_TYPE,
            "Secure Boot needs os_type, since it decides whose signatures are accepted.",
            remedy="Set os_type=windows or os_type=linux on the image.",
        )
    return _BY_OS_TYPE[one_of(Rule.SECURE_BOOT_OS_TYPE, OS_TYPE, os_type, OS_TYPES)]


def _refuse_template(flavor: Flavor) -> None:
    if flavor.get(TEMPLATE) is not None:
        raise BrokenRuleError(
            Rule.SECURE_BOOT_TEMPLATE,
            TEMPLATE,
            f"{TEMPLATE} needs Secure Boot.",
            remedy="Set os:secure_boot=required.",
        )


def _known(template: SecureBootTemplate, subject: str, host: HostVersion) -> SecureBootTemplate:
    """Templates came with Windows Server 2016, the one for shielded Linux after it."""
    if template is SecureBootTemplate.OPEN_SOURCE_SHIELDED_VM:
        check_release("The template OpenSourceShieldedVM", WINDOWS_2019, host, subject)
    elif template is not SecureBootTemplate.MICROSOFT_WINDOWS:
        remedy = "Use a newer host, and set hypervisor_version_requires='>=10.0' on the image."
        check_release("Secure Boot for Linux", WINDOWS_2016, host, subject, remedy)
    return template
