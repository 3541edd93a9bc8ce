"""Paths on a host that mean the file they spell, and nothing else.

Rules: learn.microsoft.com, "Naming Files, Paths, and Namespaces".
"""

from __future__ import annotations

import re
from functools import total_ordering

from attrs import field, frozen

from openhyperv.errors import InvalidInputError

COMPONENT_MAX_UTF16_UNITS = 255
PATH_MAX_UTF16_UNITS = 259

_DRIVE_ABSOLUTE = re.compile(r"([A-Za-z]):[\\/](.*)", re.DOTALL)
_SEPARATOR = re.compile(r"[\\/]")
_FORBIDDEN = re.compile('[<>:"/\\\\|?*\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]')
_DEVICE = re.compile(r"(CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³])", re.IGNORECASE)
_SHORT_NAME = re.compile(r"[^~.]{1,6}~[0-9]+(\.[^.]{0,3})?")


def _refused(text: str, reason: str) -> InvalidInputError:
    return InvalidInputError(f"This path is refused: {reason}.", target=text)


def _utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_component(name: str) -> str:
    """One file or folder name that is what it looks like.

    :raises InvalidInputError: it is empty, climbs, names a stream, a device or a pattern, is an 8.3 alias,
        ends in a dot or blank, has control characters, or is too long
    """
    if not name or name in {".", ".."}:
        raise _refused(name, "a name is neither empty nor . nor ..")
    if _FORBIDDEN.search(name):
        raise _refused(name, 'a name has no control characters and none of < > : " / \\ | ? *')
    if name[-1] in ". ":
        raise _refused(name, "a name does not end in a dot or blank, which Windows would drop")
    if _DEVICE.fullmatch(name.split(".", 1)[0].rstrip(" ")):
        raise _refused(name, "it names a device")
    if _SHORT_NAME.fullmatch(name):
        raise _refused(name, "it could be the short alias of another name")
    if _utf16_units(name) > COMPONENT_MAX_UTF16_UNITS:
        raise _refused(name, f"a name has at most {COMPONENT_MAX_UTF16_UNITS} characters")
    return name


def _drive(text: str) -> str:
    if not re.fullmatch("[A-Za-z]", text):
        raise _refused(text, "a drive is one letter")
    return text.upper()


def _parts(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(check_component(part) for part in parts)


def _lower(parts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part.lower() for part in parts)


@total_ordering
@frozen
class WindowsPath:
    """A drive and the names below it; equal to another in any case of letters.

    :raises InvalidInputError: a name is refused (see :func:`check_component`), or the path is too long
    """

    drive: str = field(converter=_drive)
    parts: tuple[str, ...] = field(converter=_parts, eq=_lower)

    def __attrs_post_init__(self) -> None:
        if _utf16_units(str(self)) > PATH_MAX_UTF16_UNITS:
            raise _refused(str(self), f"a path has at most {PATH_MAX_UTF16_UNITS} characters")

    @classmethod
    def parse(cls, text: str) -> WindowsPath:
        r"""Read ``C:\folder\file``; ``/`` separates too, and one separator at the end is dropped.

        :raises InvalidInputError: the text is relative, UNC, a device path, or a name in it is refused
        """
        match = _DRIVE_ABSOLUTE.fullmatch(text)
        if match is None:
            raise _refused(text, r"it does not begin with a drive, as C:\ does")
        names = _SEPARATOR.split(match[2])
        if names[-1] == "":
            names.pop()
        return cls(match[1], tuple(names))

    def __truediv__(self, name: str) -> WindowsPath:
        """The path of that one name in this folder."""
        return WindowsPath(self.drive, (*self.parts, name))

    def __str__(self) -> str:
        return f"{self.drive}:\\{self.relative}"

    def __lt__(self, other: WindowsPath) -> bool:
        return (self.drive, _lower(self.parts)) < (other.drive, _lower(other.parts))

    @property
    def name(self) -> str:
        """The last name; empty for the root of a drive."""
        return self.parts[-1] if self.parts else ""

    @property
    def suffix(self) -> str:
        """The extension with its dot, in lower case; empty where there is none."""
        stem, dot, extension = self.name.rpartition(".")
        return f".{extension.lower()}" if stem and dot else ""

    @property
    def parent(self) -> WindowsPath:
        """The folder it is in; the root of a drive is its own."""
        return WindowsPath(self.drive, self.parts[:-1])

    @property
    def relative(self) -> str:
        """What follows the drive and its backslash."""
        return "\\".join(self.parts)

    @property
    def share(self) -> str:
        """The administrative share of the drive, such as ``C$``."""
        return f"{self.drive}$"

    def is_below(self, folder: WindowsPath) -> bool:
        """True for everything in the folder, at any depth; not for the folder itself."""
        depth = len(folder.parts)
        return (
            self.drive == folder.drive
            and len(self.parts) > depth
            and _lower(self.parts[:depth]) == _lower(folder.parts)
        )

    def unc(self, server: str) -> str:
        r"""The path over SMB, through the administrative share: ``\\server\C$\folder\file``."""
        return rf"\\{server}\{self.share}" + (rf"\{self.relative}" if self.parts else "")
