"""Shielding data (PDK) and the strings that specialise a template (FSK)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from openhyperv.machine.remarks import Remarks
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.security import Provisioning
from openhyperv.machine.violations import BrokenRuleError, Rule

PDK_REFERENCE = "img_pdk_reference"
SUBSTITUTION = "fsk:"
_COMPUTER_NAME = "ComputerName"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def provisioning_of(
    request: MachineRequest, subject: str | None, *, is_shielded: bool, remarks: Remarks
) -> Provisioning | None:
    """Shielding data and substitutions; None where there are none; a shielded machine needs them.

    The reference of the machine's metadata goes before the image's. Each ``fsk:NAME`` of the metadata becomes
    ``@@NAME@@``; ``@@ComputerName@@`` is the host name, and cannot be another.

    :raises BrokenRuleError: a reference is missing, or is there though no TPM is asked for; another computer
        name; a name that no placeholder can have
    """
    reference = request.metadata.get(PDK_REFERENCE) or request.image.get(PDK_REFERENCE)
    if subject is None:
        _refuse_without_tpm(request)
        reference = None
    if reference:
        return Provisioning(reference, _substitutions(request.metadata, request.hostname or request.name))
    if is_shielded:
        raise BrokenRuleError(
            Rule.SHIELDING_DATA,
            PDK_REFERENCE,
            "A shielded machine needs shielding data.",
            remedy=f"Set {PDK_REFERENCE} in the machine's metadata, or on the image.",
        )
    if any(name.startswith(SUBSTITUTION) for name in request.metadata):
        remarks.add(
            f"The metadata named {SUBSTITUTION} have no effect without shielding data ({PDK_REFERENCE})."
        )
    return None


def _refuse_without_tpm(request: MachineRequest) -> None:
    """An image that can be shielded may carry its reference along; others ask for what they do not get."""
    is_able = {"os_vtpm", "os_shielded_vm"} & set(request.image.values)
    if request.metadata.get(PDK_REFERENCE) or (request.image.get(PDK_REFERENCE) and not is_able):
        raise BrokenRuleError(
            Rule.SHIELDING_DATA,
            PDK_REFERENCE,
            "Shielding data are for machines with a virtual TPM; none is asked for.",
            remedy="Set os_shielded_vm=required or os_vtpm=required on the image.",
        )


def _substitutions(metadata: Mapping[str, str], hostname: str) -> Mapping[str, str]:
    given = {
        _name(key.removeprefix(SUBSTITUTION)): value
        for key, value in metadata.items()
        if key.startswith(SUBSTITUTION)
    }
    if given.setdefault(_COMPUTER_NAME, hostname) != hostname:
        raise BrokenRuleError(
            Rule.SUBSTITUTION,
            f"{SUBSTITUTION}{_COMPUTER_NAME}",
            f"The substitution {_COMPUTER_NAME} is {given[_COMPUTER_NAME]!r}; the host name is {hostname!r}.",
            remedy="Leave it out: it is set to the host name.",
        )
    return {f"@@{name}@@": value for name, value in given.items()}


def _name(name: str) -> str:
    if _NAME.fullmatch(name):
        return name
    raise BrokenRuleError(
        Rule.SUBSTITUTION,
        f"{SUBSTITUTION}{name}",
        f"{SUBSTITUTION}{name} names no placeholder: letters, digits, - and _ make one.",
    )
