"""Whether a machine boots with Secure Boot, and whose signatures its firmware accepts."""

from __future__ import annotations

from openhyperv.errors import UnsupportedError
from openhyperv.machine.host_version import LINUX_SECURE_BOOT_SINCE, HostVersion
from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.security import SecureBootTemplate
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule, one_of

IMAGE_PROPERTY = "os_secure_boot"
EXTRA_SPEC = "os:secure_boot"
OS_TYPE = "os_type"

_VALUES = ("disabled", "optional", "required")
_TEMPLATES = {
    "windows": SecureBootTemplate.MICROSOFT_WINDOWS,
    "linux": SecureBootTemplate.MICROSOFT_UEFI_CERTIFICATE_AUTHORITY,
}


def secure_boot_of(
    image: ImageProperties, flavor: Flavor, generation: Generation, host: HostVersion
) -> SecureBootTemplate | None:
    """The template to boot with, or None for Secure Boot off, which is the default.

    The flavor's ``os:secure_boot`` takes precedence over the image's ``os_secure_boot``; only ``required``
    switches Secure Boot on (usage guide, "UEFI Secure Boot").

    :raises BrokenRuleError: unknown value; generation 1; ``os_type`` missing or neither windows nor linux
    :raises UnsupportedError: a Linux guest on a host before Windows Server 2016
    """
    if not _is_required(image, flavor):
        return None
    if generation is not Generation.TWO:
        raise BrokenRuleError(
            Rule.SECURE_BOOT_GENERATION,
            _asked_by(flavor),
            "Secure Boot needs UEFI, which generation 1 does not have.",
            remedy="Set hw_machine_type=hyperv-gen2 on an image made for UEFI.",
        )
    template = _template_of(image)
    _host_knows(template, host)
    return template


def _is_required(image: ImageProperties, flavor: Flavor) -> bool:
    by_image = image.get(IMAGE_PROPERTY)
    by_flavor = flavor.get(EXTRA_SPEC)
    if by_image is not None:
        one_of(Rule.SECURE_BOOT_VALUE, IMAGE_PROPERTY, by_image, _VALUES)
    if by_flavor is not None:
        one_of(Rule.SECURE_BOOT_VALUE, EXTRA_SPEC, by_flavor, _VALUES)
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
    return _TEMPLATES[one_of(Rule.SECURE_BOOT_OS_TYPE, OS_TYPE, os_type, tuple(_TEMPLATES))]


def _host_knows(template: SecureBootTemplate, host: HostVersion) -> None:
    if template is SecureBootTemplate.MICROSOFT_WINDOWS or host >= LINUX_SECURE_BOOT_SINCE:
        return
    raise UnsupportedError(
        f"Secure Boot for Linux needs Windows Server 2016 (10.0) or newer; this host is {host}.",
        target=OS_TYPE,
        remedy="Use a newer host, and set hypervisor_version_requires='>=10.0' on the image.",
    )
