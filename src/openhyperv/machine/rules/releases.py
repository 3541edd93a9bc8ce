"""The answer where a host's release of Windows is older than what is asked for."""

from __future__ import annotations

from openhyperv.errors import UnsupportedError
from openhyperv.machine.host_version import (
    WINDOWS_2012_R2,
    WINDOWS_2016,
    WINDOWS_2019,
    WINDOWS_2022,
    WINDOWS_2025,
    HostVersion,
)

_NAMES = {
    WINDOWS_2012_R2: "2012 R2 (6.3)",
    WINDOWS_2016: "2016 (10.0)",
    WINDOWS_2019: "2019 (10.0.17763)",
    WINDOWS_2022: "2022 (10.0.20348)",
    WINDOWS_2025: "2025 (10.0.26100)",
}


def check_release(
    what: str, since: HostVersion, host: HostVersion, subject: str, remedy: str | None = None
) -> None:
    """Refuse hosts older than ``since``; ``what`` begins the sentence that says so.

    :raises UnsupportedError: it is older
    """
    if host < since:
        raise UnsupportedError(
            f"{what} needs Windows Server {_NAMES[since]} or newer; this host is {host}.",
            target=subject,
            remedy=remedy,
        )
