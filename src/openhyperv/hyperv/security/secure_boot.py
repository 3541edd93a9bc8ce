"""Secure Boot of a machine that exists: on, off, and whose signatures its firmware accepts."""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import UnsupportedError
from openhyperv.hyperv.names import SYSTEM_SERVICE, SYSTEM_SETTINGS, system_settings
from openhyperv.hyperv.values import text
from openhyperv.machine.security import SecureBootTemplate
from openhyperv.wire.cimxml import instance_to_text
from openhyperv.wire.instance import Instance
from openhyperv.wire.types import Value

_ON, _TEMPLATE = "SecureBootEnabled", "SecureBootTemplateId"


def template_of(settings: Instance) -> SecureBootTemplate | None:
    """The template that a machine's settings name, None for Secure Boot off.

    Before Windows Server 2016 there is one, which has no name yet. A template of somebody's own is shown as
    that one, too: its firmware accepts no more than it.
    """
    if settings.get(_ON) is not True:
        return None
    named = text(settings, _TEMPLATE).lower()
    return next(
        (template for template in SecureBootTemplate if template == named),
        SecureBootTemplate.MICROSOFT_WINDOWS,
    )


def set_secure_boot(session: Session, guid: str, template: SecureBootTemplate | None) -> None:
    """Have a machine's firmware accept a template's signatures only; None switches Secure Boot off.

    One request to look and one to change, which is left out where nothing changes.

    :raises UnsupportedError: the machine is of generation 1, or the host has no such template
    :raises ConflictError: the machine is not off, or shielded
    """
    settings = session.get(system_settings(guid))
    _check(session, guid, settings, template)
    if template_of(settings) == template:
        return
    values: dict[str, Value] = {"InstanceID": f"Microsoft:{guid}", _ON: template is not None}
    if template is not None and settings.get(_TEMPLATE) is not None:
        values[_TEMPLATE] = template.value
    arguments = {"SystemSettings": instance_to_text(Instance(SYSTEM_SETTINGS, values), session.schema)}
    session.run(SYSTEM_SERVICE, "ModifySystemSettings", arguments, target=guid)


def _check(session: Session, guid: str, settings: Instance, template: SecureBootTemplate | None) -> None:
    if text(settings, "VirtualSystemSubType").endswith(":1"):
        raise UnsupportedError(
            "Secure Boot needs UEFI, which generation 1 does not have.", host=session.host, target=guid
        )
    is_new = template not in (None, SecureBootTemplate.MICROSOFT_WINDOWS)
    if is_new and settings.get(_TEMPLATE) is None:
        raise UnsupportedError(
            "This host's firmware accepts the signatures of Windows only.",
            host=session.host,
            target=guid,
            remedy="Templates for others came with Windows Server 2016.",
        )
