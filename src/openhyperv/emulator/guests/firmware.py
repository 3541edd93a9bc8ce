"""UEFI for second-generation guests: OVMF, with the keys that each Secure Boot template trusts."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen
from virt.firmware.varstore import autodetect

from openhyperv.emulator.guests.machine import GuestError, Template

_OVMF = Path("/usr/share/OVMF")
_EMPTY_STORE = _OVMF / "OVMF_VARS_4M.fd"
_KEYS: Mapping[Template, str] = {
    Template.MICROSOFT_WINDOWS: "win11",
    Template.MICROSOFT_UEFI_CA: "uefi11",
}
"""virt-firmware's names for Microsoft's sets of certificates; each holds those of 2011 and of 2023."""


@frozen
class Firmware:
    """Code that every guest shares, and a variable store of the guest's own."""

    code: Path
    variables: Path
    needs_smm: bool


def prepare(state_dir: Path, template: Template | None, cache: Path) -> Firmware:
    """The firmware of a guest; its variables live on in ``state_dir``, one store per template.

    :raises GuestError: OVMF is not installed, or nobody can have the template's keys
    """
    code = _OVMF / ("OVMF_CODE_4M.secboot.fd" if template else "OVMF_CODE_4M.fd")
    if not code.exists():
        raise GuestError(f"{code} is missing: install the package ovmf.")
    variables = state_dir / f"uefi-{template or 'open'}.fd"
    if not variables.exists():
        shutil.copyfile(_store_of(template, cache), variables)
    return Firmware(code, variables, needs_smm=template is not None)


def _store_of(template: Template | None, cache: Path) -> Path:
    if template is None:
        return _EMPTY_STORE
    if template not in _KEYS:
        # UNVERIFIED: the keys behind OpenSourceShieldedVM are not published
        raise GuestError(f"The Secure Boot template {template} cannot be emulated: its keys are not public.")
    store = cache / f"uefi-{template}.fd"
    if not store.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _enroll(_KEYS[template], store)
    return store


def _enroll(keys: str, target: Path) -> None:
    """Write a store in which Secure Boot is on; complete or not at all, as others may look for it."""
    empty = autodetect.open_varstore(str(_EMPTY_STORE))
    variables = empty.get_varlist()
    variables.enroll_platform_microsoft()
    variables.add_microsoft_keys(ms_db=keys)
    variables.enable_secureboot()
    handle, name = tempfile.mkstemp(dir=target.parent)
    os.close(handle)
    empty.write_varstore(name, variables)
    Path(name).replace(target)
