"""How a release of Windows shares GPUs among machines, and what takes the place of what it does not have.

Sources: Microsoft, "Plan for GPU acceleration in Windows Server" (RemoteFX is of 2012 R2 and 2016, and was
removed in 2021), and "GPU partitioning" (Windows Server 2025). The classes of partitions exist from 2016 on,
unsupported.
"""

from __future__ import annotations

from openhyperv.cim.session import Session
from openhyperv.errors import UnsupportedError
from openhyperv.hyperv.facts import CIMV2
from openhyperv.machine.host_version import WINDOWS_2016, WINDOWS_2019, WINDOWS_2025, HostVersion
from openhyperv.wire.wql import equal, select

REMOTEFX_FEATURE = 322
"""Win32_ServerFeature.ID of Remote Desktop Virtualization Host."""


def has_remotefx(session: Session) -> bool:
    """True where Remote Desktop Virtualization Host is installed, which RemoteFX needs; one query."""
    query = select("Win32_ServerFeature", "ID").where(equal("ID", REMOTEFX_FEATURE))
    return next(session.query(query, CIMV2), None) is not None


def check_remotefx(session: Session, version: HostVersion) -> None:
    """Refuse RemoteFX where the host has none; one query on releases that may have it.

    :raises UnsupportedError: this release has none, or the role service is not installed
    """
    if version >= WINDOWS_2019:
        raise _unsupported(session, "RemoteFX is not part of this release of Windows.", _instead(version))
    if not has_remotefx(session):
        raise _unsupported(
            session,
            "RemoteFX is not installed.",
            "Install the role service Remote Desktop Virtualization Host (RDS-Virtualization).",
        )


def check_partitioning(session: Session, version: HostVersion) -> None:
    """Refuse partitions where Microsoft does not support them.

    :raises UnsupportedError: the release is older than Windows Server 2025
    """
    if version < WINDOWS_2025:
        message = "GPU partitions are supported from Windows Server 2025 on."
        raise _unsupported(session, message, _instead(version))


def _instead(version: HostVersion) -> str:
    if version >= WINDOWS_2025:
        return "Give the machine a partition of a GPU."
    if version >= WINDOWS_2019:
        return (
            "Give the machine a whole GPU by Discrete Device Assignment; "
            "partitions come with Windows Server 2025."
        )
    if version >= WINDOWS_2016:
        return "Give the machine a RemoteFX display, or a whole GPU by Discrete Device Assignment."
    return "Give the machine a RemoteFX display."


def _unsupported(session: Session, message: str, remedy: str) -> UnsupportedError:
    return UnsupportedError(message, host=session.host, remedy=remedy)
