"""The version of Windows on a host, as far as it decides what a machine may be."""

from __future__ import annotations

import re

from attrs import frozen

from openhyperv.errors import InvalidInputError


@frozen(order=True)
class HostVersion:
    """Kernel version of a host: 6.3 is Windows Server 2012 R2, 10.0 is 2016 and everything after it.

    Releases since 2016 differ by ``build`` only.
    """

    major: int
    minor: int
    build: int = 0

    @classmethod
    def parse(cls, text: str) -> HostVersion:
        """Read ``Win32_OperatingSystem.Version``, such as ``10.0.26100``; the build may be missing.

        :raises InvalidInputError: the text is no version
        """
        match = re.fullmatch(r"(\d{1,5})\.(\d{1,5})(?:\.(\d{1,9}))?(?:\.\d{1,9})?", text, re.ASCII)
        if match is None:
            raise InvalidInputError("This is not a Windows version such as 10.0.26100.", target=text)
        major, minor, build = match.groups(default="0")
        return cls(int(major), int(minor), int(build))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.build}"


# Build numbers: learn.microsoft.com, "Windows Server release information".
WINDOWS_2012 = HostVersion(6, 2, 9200)
WINDOWS_2012_R2 = HostVersion(6, 3, 9600)
WINDOWS_2016 = HostVersion(10, 0, 14393)
WINDOWS_2019 = HostVersion(10, 0, 17763)
WINDOWS_2022 = HostVersion(10, 0, 20348)
WINDOWS_2025 = HostVersion(10, 0, 26100)

GENERATION_2_SINCE = HostVersion(6, 3)
