"""A folder that only a host's administrators can enter, made so from its first moment on."""

from __future__ import annotations

from smbprotocol.create_contexts import CreateContextName, SMB2CreateContextRequest
from smbprotocol.file_info import FileAttributes
from smbprotocol.open import (
    CreateDisposition,
    CreateOptions,
    DirectoryAccessMask,
    ImpersonationLevel,
    Open,
    ShareAccess,
)
from smbprotocol.security_descriptor import (
    AccessAllowedAce,
    AceFlags,
    AclPacket,
    SDControl,
    SIDPacket,
    SMB2CreateSDBuffer,
)

from openhyperv.files.smb.session import SmbSession

_MAY_ENTER = ("S-1-5-18", "S-1-5-32-544")
"""The system itself, and Administrators ([MS-DTYP] 2.4.2.4)."""
_EVERYTHING = 0x001F01FF
"""FILE_ALL_ACCESS."""
_WITH_CONTENTS = AceFlags.OBJECT_INHERIT_ACE | AceFlags.CONTAINER_INHERIT_ACE


def make_restricted_folder(session: SmbSession, share: str, name: str) -> None:
    """Make a folder that inherits nobody's rights; whatever is made in it is closed in the same way.

    What smbprotocol raises passes through, also where something of that name is there already.
    """
    handle = Open(session.tree(share), name)
    handle.create(
        ImpersonationLevel.Impersonation,
        DirectoryAccessMask.FILE_LIST_DIRECTORY | DirectoryAccessMask.FILE_READ_ATTRIBUTES,
        FileAttributes.FILE_ATTRIBUTE_DIRECTORY,
        ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_WRITE | ShareAccess.FILE_SHARE_DELETE,
        CreateDisposition.FILE_CREATE,
        CreateOptions.FILE_DIRECTORY_FILE,
        create_contexts=[_context()],
    )
    handle.close()


def _context() -> SMB2CreateContextRequest:
    """The security descriptor as a create context ([MS-SMB2] 2.2.13.2.2)."""
    descriptor = SMB2CreateSDBuffer()
    descriptor["control"].set_flag(SDControl.SELF_RELATIVE)
    descriptor["control"].set_flag(SDControl.DACL_PROTECTED)
    descriptor.set_dacl(_acl())
    context = SMB2CreateContextRequest()
    context["buffer_name"] = CreateContextName.SMB2_CREATE_SD_BUFFER
    context["buffer_data"] = descriptor
    return context


def _acl() -> AclPacket:
    acl = AclPacket()
    acl["aces"] = [_entry(sid) for sid in _MAY_ENTER]
    return acl


def _entry(sid: str) -> AccessAllowedAce:
    holder = SIDPacket()
    holder.from_string(sid)
    entry = AccessAllowedAce()
    entry["ace_flags"] = _WITH_CONTENTS
    entry["mask"] = _EVERYTHING
    entry["sid"] = holder
    return entry
