"""What goes wrong with a virtual disk, by the code that Hyper-V's job reports."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum


class DiskCode(IntEnum):
    """HRESULTs of the file system and of the virtual disk service ([MS-ERREF] 2.1, winerror.h)."""

    FILE_NOT_FOUND = 0x80070002
    PATH_NOT_FOUND = 0x80070003
    ACCESS_DENIED = 0x80070005
    NOT_SUPPORTED = 0x80070032
    FILE_EXISTS = 0x80070050
    INVALID_PARAMETER = 0x80070057
    DISK_FULL = 0x80070070
    FILE_TOO_LARGE = 0x80070299
    IO_DEVICE = 0x8007045D
    FILE_CORRUPT = 0x80070570
    FOOTER_MISSING = 0xC03A0001
    FOOTER_CHECKSUM = 0xC03A0002
    FOOTER_CORRUPT = 0xC03A0003
    UNSUPPORTED_VERSION = 0xC03A0005
    SPARSE_HEADER_CHECKSUM = 0xC03A0006
    SPARSE_HEADER_CORRUPT = 0xC03A0008
    BLOCK_TABLE_CORRUPT = 0xC03A000A
    INVALID_BLOCK_SIZE = 0xC03A000B
    PARENT_NOT_FOUND = 0xC03A000D
    PARENT_ID_MISMATCH = 0xC03A000E
    INVALID_SIZE = 0xC03A0012
    PROVIDER_NOT_FOUND = 0xC03A0014
    PARENT_SIZE_MISMATCH = 0xC03A0017
    CHAIN_CYCLE = 0xC03A0018
    ERROR_IN_PARENT = 0xC03A0019
    INVALID_TYPE = 0xC03A001B
    UNSUPPORTED_SECTOR_SIZE = 0xC03A001D
    WOULD_TRUNCATE_DATA = 0xC03A0025
    NO_MINIMUM_SIZE = 0xC03A0026


class DiskError(Exception):
    """A virtual disk could not be made, read or changed; ``code`` is the job's ErrorCode, unsigned."""

    def __init__(self, code: DiskCode, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text

    def __str__(self) -> str:
        return f"{self.text} (0x{self.code:08X})"


_BY_ERRNO = {
    errno.ENOENT: DiskCode.FILE_NOT_FOUND,
    errno.ENOTDIR: DiskCode.PATH_NOT_FOUND,
    errno.EEXIST: DiskCode.FILE_EXISTS,
    errno.ENOSPC: DiskCode.DISK_FULL,
    errno.EDQUOT: DiskCode.DISK_FULL,
    errno.EFBIG: DiskCode.FILE_TOO_LARGE,
    errno.EACCES: DiskCode.ACCESS_DENIED,
    errno.EPERM: DiskCode.ACCESS_DENIED,
    errno.EISDIR: DiskCode.ACCESS_DENIED,
}


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn the operating system's refusals into the codes that Windows has for them."""
    try:
        yield
    except OSError as error:
        code = _BY_ERRNO.get(error.errno or 0, DiskCode.IO_DEVICE)
        raise DiskError(code, f"{error.strerror}: {error.filename or 'virtual disk'}") from error
