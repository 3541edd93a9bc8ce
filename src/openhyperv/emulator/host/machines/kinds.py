"""Which kind of resource a client's setting means."""

from __future__ import annotations

from openhyperv.emulator.cimom.provider import MethodFailure
from openhyperv.emulator.host.codes import Code
from openhyperv.emulator.host.defaults import UnknownResource, find_kind, resource_kinds
from openhyperv.emulator.host.incoming import text_of
from openhyperv.emulator.host.machines.resource_kind import ResourceKind
from openhyperv.emulator.host.profile import Profile
from openhyperv.wire.instance import Instance


def kind_of(setting: Instance, profile: Profile) -> ResourceKind:
    """The kind named by ResourceType and ResourceSubType, or by the class where it stands for one kind only.

    :raises MethodFailure: there is no such resource, or the class is not the kind's
    """
    resource_type, sub_type = setting.get("ResourceType"), text_of(setting, "ResourceSubType")
    if not isinstance(resource_type, int) or not sub_type:
        return _by_class(setting, profile)
    try:
        kind = find_kind(resource_type, sub_type, profile)
    except UnknownResource as error:
        raise MethodFailure(Code.INVALID_PARAMETER, f"No such resource: {error}") from error
    if kind.class_name.lower() != setting.class_name.lower():
        raise MethodFailure(Code.INVALID_PARAMETER, f"{kind.name} is a {kind.class_name}.")
    return kind


def _by_class(setting: Instance, profile: Profile) -> ResourceKind:
    found = [k for k in resource_kinds(profile) if k.class_name.lower() == setting.class_name.lower()]
    if len(found) != 1:
        raise MethodFailure(Code.INVALID_PARAMETER, "ResourceType and ResourceSubType are needed.")
    return found[0]
