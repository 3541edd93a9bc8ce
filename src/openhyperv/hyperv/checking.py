"""Can this host be managed from here? One check after the other, each with what to do where it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum

from attrs import frozen

from openhyperv.cim.reading import VIRTUALIZATION
from openhyperv.errors import HyperVError, QuotaError, UnsupportedError
from openhyperv.files.windows_path import WindowsPath
from openhyperv.hyperv import facts
from openhyperv.hyperv.host import Host
from openhyperv.hyperv.names import SYSTEM_SERVICE
from openhyperv.hyperv.values import text
from openhyperv.machine.host_version import WINDOWS_2012_R2, HostVersion
from openhyperv.transport.deadline import Deadline
from openhyperv.transport.dial import dial, tls_context
from openhyperv.transport.target import Transport
from openhyperv.wire.wql import select

_CONNECT_TIMEOUT_S = 10.0
_CLOCK_TOLERANCE_S = 300.0
"""Kerberos refuses more (Microsoft, "Maximum tolerance for computer clock synchronization")."""
_LEAST_FREE_BYTES = 10 * 1024**3


class Check(StrEnum):
    """What is looked at, in this order."""

    PORT = "port"
    AUTHENTICATION = "authentication"
    VERSION = "version"
    CLOCK = "clock"
    NAMESPACE = "namespace"
    RIGHTS = "rights"
    FILES = "files"
    DISK_SPACE = "disk space"


class Status(StrEnum):
    """How a check went; ``SKIPPED`` is for one that needs another which failed."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@frozen
class Finding:
    """The outcome of one check. ``code`` is the Windows code of the failure, where there is one."""

    check: Check
    status: Status
    detail: str
    remedy: str = ""
    code: int | None = None


_NEEDS = {
    Check.AUTHENTICATION: Check.PORT,
    Check.VERSION: Check.AUTHENTICATION,
    Check.CLOCK: Check.VERSION,
    Check.NAMESPACE: Check.AUTHENTICATION,
    Check.RIGHTS: Check.NAMESPACE,
    Check.DISK_SPACE: Check.FILES,
}


def check_host(host: Host) -> Iterator[Finding]:
    """Every check, as it is done. Nothing on the host is changed, and no failure is raised."""
    looks = _looks(host)
    failed: set[Check] = set()
    for check in Check:
        finding = _skipped(check, failed) or _find(check, looks[check])
        if finding.status is not Status.OK:
            failed.add(check)
        yield finding


def _skipped(check: Check, failed: set[Check]) -> Finding | None:
    needed = _NEEDS.get(check)
    return Finding(check, Status.SKIPPED, f"needs {needed}") if needed in failed else None


def _find(check: Check, look: Callable[[], str]) -> Finding:
    try:
        return Finding(check, Status.OK, look())
    except HyperVError as error:
        return Finding(check, Status.FAILED, error.message, error.remedy or "", error.code)


def _looks(host: Host) -> dict[Check, Callable[[], str]]:
    return {
        Check.PORT: lambda: _port(host),
        Check.AUTHENTICATION: lambda: _authentication(host),
        Check.VERSION: lambda: _version(host),
        Check.CLOCK: lambda: _clock(host),
        Check.NAMESPACE: lambda: _namespace(host),
        Check.RIGHTS: lambda: _rights(host),
        Check.FILES: lambda: _files(host),
        Check.DISK_SPACE: lambda: _disk_space(host),
    }


def _port(host: Host) -> str:
    target = host.session.pool.target
    tls = tls_context(target.ca_file) if target.transport is Transport.HTTPS else None
    dial(target, tls, Deadline.after(_CONNECT_TIMEOUT_S)).close()
    trust = "its certificate is trusted" if tls else "messages are sealed"
    return f"{target.transport} on {target.address} answers; {trust}"


def _authentication(host: Host) -> str:
    identity = host.session.identify()
    target = host.session.pool.target
    return f"{target.username or 'the ticket'} is accepted ({identity.vendor}, {target.authentication})"


def _version(host: Host) -> str:
    system = facts.operating_system(host.session)
    version = HostVersion.parse(text(system, "Version"))
    if version < WINDOWS_2012_R2:
        raise UnsupportedError(
            f"{text(system, 'Caption')} ({version}) is too old.",
            remedy="Use 2012 R2 or later.",
        )
    return f"{text(system, 'Caption')} ({version})"


def _clock(host: Host) -> str:
    ahead_s = facts.clock_ahead_s(facts.operating_system(host.session))
    detail = facts.clock_text(ahead_s)
    if abs(ahead_s) > _CLOCK_TOLERANCE_S:
        raise UnsupportedError(
            f"The host's clock is {detail}, which Kerberos does not accept.",
            remedy="Set both clocks by the same time service.",
        )
    return detail


def _namespace(host: Host) -> str:
    next(host.session.query(select(SYSTEM_SERVICE.class_name, "Name")), None)
    return f"{VIRTUALIZATION} is there"


def _rights(host: Host) -> str:
    machine_files = text(facts.service_settings(host.session), "DefaultExternalDataRoot")
    return f"Hyper-V shows its settings; machines are in {machine_files}"


def _files(host: Host) -> str:
    settings = host.share.settings
    host.share.check()
    return f"SMB on {settings.server}:{settings.port} answers, and accepts the account"


def _disk_space(host: Host) -> str:
    drive = WindowsPath(host.layout.root.drive, ())
    free_bytes = host.share.free_bytes(drive)
    detail = f"{free_bytes / 1024**3:.1f} GiB are free on {drive}"
    if free_bytes < _LEAST_FREE_BYTES:
        raise QuotaError(f"Only {detail}.", remedy="Free some space, or keep machines on another drive.")
    return detail
