"""A virtual TPM, and shielding."""

from __future__ import annotations

from openhyperv.errors import UnsupportedError
from openhyperv.machine.host_version import WINDOWS_2016
from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.remarks import Remarks
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.rules.reading import asked
from openhyperv.machine.rules.releases import check_release
from openhyperv.machine.rules.secure_boot import OS_TYPE
from openhyperv.machine.rules.shielding_data import provisioning_of
from openhyperv.machine.security import SecureBootTemplate, Security
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule, one_of

VTPM = "os_vtpm"
SHIELDED = "os_shielded_vm"
TPM_VERSION = "tpm_version"
VALUES = ("disabled", "optional", "required")
TPM_VERSIONS = ("2.0",)


def security_of(
    request: MachineRequest, generation: Generation, secure_boot: SecureBootTemplate | None, remarks: Remarks
) -> Security | None:
    """The machine's TPM, or None for none, which is the default.

    ``os_vtpm`` asks for one, as ``hw:tpm_version=2.0`` does; ``os_shielded_vm`` for shielding with it.
    Shielding, and shielding data for a TPM alone, need a guarded host, Secure Boot and Windows in the guest;
    a TPM whose keys are the host's own needs none of these.

    :raises BrokenRuleError: unknown value, generation 1, or something of the above is missing
    :raises UnsupportedError: the host is too old, or not guarded
    """
    subject, is_shielded = _asked_by(request.image, request.flavor)
    provisioning = provisioning_of(request, subject, is_shielded=is_shielded, remarks=remarks)
    if subject is None:
        return None
    _check_platform(subject, generation, request)
    if is_shielded or provisioning is not None:
        _check_guarded(subject, secure_boot, request)
    return Security(is_shielded, provisioning)


def asks_for_shielding(image: ImageProperties) -> bool:
    """True for the image of machines whose disks are nobody's but their owner's.

    :raises BrokenRuleError: the property has no value that the rules know
    """
    return _is_required(image, SHIELDED)


def _asked_by(image: ImageProperties, flavor: Flavor) -> tuple[str | None, bool]:
    if asks_for_shielding(image):
        return SHIELDED, True
    if _is_required(image, VTPM):
        return VTPM, False
    version = asked(image, flavor, TPM_VERSION)
    if version is None:
        return None, False
    one_of(Rule.SECURE_VM_VALUE, version.subject, version.value, TPM_VERSIONS)
    return version.subject, False


def _is_required(image: ImageProperties, name: str) -> bool:
    value = image.get(name)
    return value is not None and one_of(Rule.SECURE_VM_VALUE, name, value, VALUES) == "required"


def _check_platform(subject: str, generation: Generation, request: MachineRequest) -> None:
    remedy = "Use a newer host, and set hypervisor_version_requires='>=10.0' on the image."
    check_release("A virtual TPM", WINDOWS_2016, request.host, subject, remedy)
    if generation is not Generation.TWO:
        raise BrokenRuleError(
            Rule.SECURE_VM_GENERATION,
            subject,
            "A virtual TPM needs generation 2.",
            remedy="Set hw_machine_type=hyperv-gen2 on an image made for UEFI.",
        )


def _check_guarded(subject: str, secure_boot: SecureBootTemplate | None, request: MachineRequest) -> None:
    if secure_boot is None:
        raise BrokenRuleError(
            Rule.SECURE_VM_SECURE_BOOT,
            subject,
            "A machine with shielding data needs Secure Boot.",
            remedy="Set os_secure_boot=required and os_type=windows on the image.",
        )
    if request.image.get(OS_TYPE) != "windows":
        raise BrokenRuleError(
            Rule.SECURE_VM_OS_TYPE,
            OS_TYPE,
            f"A machine with shielding data runs Windows; os_type is {request.image.get(OS_TYPE)!r}.",
            remedy="Use a template of Windows, or ask for os_vtpm=required without img_pdk_reference.",
        )
    if not request.traits.is_guarded:
        raise UnsupportedError(
            "A machine with shielding data runs on guarded hosts only; no Host Guardian Service vouches for "
            "this one.",
            target=subject,
            remedy="Use a guarded host, or ask for os_vtpm=required without img_pdk_reference.",
        )
