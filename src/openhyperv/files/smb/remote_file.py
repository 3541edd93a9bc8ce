"""An open file or folder on a share."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from types import TracebackType
from typing import Any, Self

from attrs import define, field, frozen
from smbprotocol.exceptions import EndOfFile, NoMoreFiles
from smbprotocol.file_info import (
    FileAttributes,
    FileDispositionInformation,
    FileEndOfFileInformation,
    FileFsFullSizeInformation,
    FileInformationClass,
    FileRenameInformation,
)
from smbprotocol.open import (
    CreateDisposition,
    CreateOptions,
    DirectoryAccessMask,
    FilePipePrinterAccessMask,
    ImpersonationLevel,
    Open,
    QueryDirectoryFlags,
    ShareAccess,
    SMB2QueryInfoRequest,
    SMB2QueryInfoResponse,
    SMB2SetInfoRequest,
)

from openhyperv.errors import InvalidInputError
from openhyperv.files.smb.session import SmbSession

_FILE = FilePipePrinterAccessMask
_FOLDER = DirectoryAccessMask
_STATUS = _FILE.FILE_READ_ATTRIBUTES | _FILE.SYNCHRONIZE
_EVERYONE = ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_WRITE | ShareAccess.FILE_SHARE_DELETE
_NO_LINK = CreateOptions.FILE_OPEN_REPARSE_POINT
_LISTING_BYTES = 64 * 1024
_SELF_AND_PARENT = (".".encode("utf-16-le"), "..".encode("utf-16-le"))


@frozen
class Opening:
    """How to open: access mask, create disposition and options, and what others may do meanwhile."""

    access: int
    disposition: int
    options: int
    shared: int = _EVERYONE


class Purpose(Enum):
    """What something is opened for ([MS-SMB2] 2.2.13)."""

    STATUS = Opening(_STATUS, CreateDisposition.FILE_OPEN, _NO_LINK)
    READ = Opening(
        _FILE.GENERIC_READ, CreateDisposition.FILE_OPEN, _NO_LINK | CreateOptions.FILE_NON_DIRECTORY_FILE
    )
    WRITE = Opening(
        _FILE.GENERIC_READ | _FILE.GENERIC_WRITE | _FILE.DELETE,
        CreateDisposition.FILE_OPEN_IF,
        _NO_LINK | CreateOptions.FILE_NON_DIRECTORY_FILE,
    )
    CREATE = Opening(
        _FILE.GENERIC_READ | _FILE.GENERIC_WRITE,
        CreateDisposition.FILE_CREATE,
        _NO_LINK | CreateOptions.FILE_NON_DIRECTORY_FILE,
    )
    LOCK = Opening(
        _FILE.GENERIC_WRITE | _FILE.DELETE,
        CreateDisposition.FILE_OPEN_IF,
        _NO_LINK | CreateOptions.FILE_NON_DIRECTORY_FILE | CreateOptions.FILE_DELETE_ON_CLOSE,
        shared=0,
    )
    DELETE = Opening(_STATUS | _FILE.DELETE, CreateDisposition.FILE_OPEN, _NO_LINK)
    LIST = Opening(
        _FOLDER.FILE_LIST_DIRECTORY | _STATUS,
        CreateDisposition.FILE_OPEN,
        _NO_LINK | CreateOptions.FILE_DIRECTORY_FILE,
    )
    MAKE_FOLDER = Opening(
        _FOLDER.FILE_LIST_DIRECTORY | _STATUS,
        CreateDisposition.FILE_CREATE,
        _NO_LINK | CreateOptions.FILE_DIRECTORY_FILE,
    )
    PIPE = Opening(
        _FILE.GENERIC_READ | _FILE.GENERIC_WRITE,
        CreateDisposition.FILE_OPEN,
        CreateOptions.FILE_NON_DIRECTORY_FILE,
        ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_WRITE,
    )


@define
class RemoteFile:
    """An open file or folder; close it, or use it as a context manager.

    What smbprotocol raises passes through; callers work inside :func:`smb_errors`.
    """

    session: SmbSession
    share: str
    handle: Any = field(repr=False)

    @classmethod
    def open(cls, session: SmbSession, share: str, name: str, purpose: Purpose) -> RemoteFile:
        """Open ``name`` of a share, never over a link.

        :raises InvalidInputError: it is a link, and the purpose is more than its status or removal
        """
        opening = purpose.value
        handle = Open(session.tree(share), name)
        handle.create(
            ImpersonationLevel.Impersonation,
            opening.access,
            FileAttributes.FILE_ATTRIBUTE_NORMAL,
            opening.shared,
            opening.disposition,
            opening.options,
        )
        file = cls(session, share, handle)
        if file.is_link and purpose not in (Purpose.STATUS, Purpose.DELETE):
            file.close()
            raise InvalidInputError("This is a link, which is never followed.", target=name)
        return file

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close it on the host, if the connection still stands."""
        if self.session.is_connected:
            self.handle.close()

    @property
    def size_bytes(self) -> int:
        """Its size when it was opened."""
        return int(self.handle.end_of_file)

    @property
    def is_folder(self) -> bool:
        return bool(self.handle.file_attributes & FileAttributes.FILE_ATTRIBUTE_DIRECTORY)

    @property
    def is_link(self) -> bool:
        """True for symbolic links, junctions and everything else that stands for another file."""
        return bool(self.handle.file_attributes & FileAttributes.FILE_ATTRIBUTE_REPARSE_POINT)

    def read(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes; none at the end of the file."""
        try:
            return bytes(self.handle.read(offset, min(length, self.session.largest_read_bytes)))
        except EndOfFile:
            return b""

    def read_exactly(self, offset: int, length: int) -> bytes:
        """``length`` bytes, fewer only where the file ends before."""
        data = b""
        while len(data) < length and (part := self.read(offset + len(data), length - len(data))):
            data = part if not data else data + part
        return data

    def write(self, data: bytes, offset: int) -> None:
        """Write all of it."""
        step = self.session.largest_write_bytes
        for start in range(0, len(data), step):
            part = data[start : start + step]
            done = 0
            while done < len(part):
                done += self.handle.write(part[done:], offset + start + done)

    def set_size(self, size_bytes: int) -> None:
        """Cut it off, or let it grow with zeros."""
        information = FileEndOfFileInformation()
        information["end_of_file"] = size_bytes
        self._set(information)

    def flush(self) -> None:
        """Have everything on the host's disk."""
        self.handle.flush()

    def rename(self, name: str, *, replace: bool) -> None:
        """Move it to another name on the same share."""
        information = FileRenameInformation()
        information["replace_if_exists"] = replace
        information["file_name"] = name
        self._set(information)

    def delete(self) -> None:
        """Remove it when it is closed."""
        information = FileDispositionInformation()
        information["delete_pending"] = True
        self._set(information)

    def _set(self, information: Any) -> None:
        request = SMB2SetInfoRequest()
        request["info_type"] = information.INFO_TYPE
        request["file_info_class"] = information.INFO_CLASS
        request["file_id"] = self.handle.file_id
        request["buffer"] = information
        self.session.receive(self.session.send(request, self.share))

    def free_bytes(self) -> int:
        """What the account may still write to the volume ([MS-FSCC] 2.5.4)."""
        request = SMB2QueryInfoRequest()
        request["info_type"] = FileFsFullSizeInformation.INFO_TYPE
        request["file_info_class"] = FileFsFullSizeInformation.INFO_CLASS
        request["output_buffer_length"] = len(FileFsFullSizeInformation())
        request["file_id"] = self.handle.file_id
        response = SMB2QueryInfoResponse()
        response.unpack(self.session.receive(self.session.send(request, self.share)))
        sizes = response.parse_buffer(FileFsFullSizeInformation)
        unit_bytes = sizes["sectors_per_unit"].get_value() * sizes["bytes_per_sector"].get_value()
        return int(sizes["caller_available_units"].get_value() * unit_bytes)

    def entries(self) -> Iterator[Any]:
        """smbprotocol's FileDirectoryInformation of everything in the folder but ``.`` and ``..``."""
        flags = QueryDirectoryFlags.SMB2_RESTART_SCANS
        while True:
            try:
                found = self.handle.query_directory(
                    "*",
                    FileInformationClass.FILE_DIRECTORY_INFORMATION,
                    flags=flags,
                    max_output=_LISTING_BYTES,
                )
            except NoMoreFiles:
                return
            flags = 0
            yield from (each for each in found if each["file_name"].get_value() not in _SELF_AND_PARENT)
