"""What a host says when it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from oslo_config import cfg

from openhyperv.errors import HyperVError
from openhyperv.hyperv.checking import Check, Finding, Status, check_host
from openhyperv.hyperv.host import Host
from openhyperv.nova import options
from openhyperv.nova.status.verdict import GOOD, Verdict, failure, warning

NAMES: Mapping[Check, str] = MappingProxyType(
    {
        Check.PORT: "Host answers",
        Check.AUTHENTICATION: "Host accepts the account",
        Check.VERSION: "Host's release is supported",
        Check.CLOCK: "Clocks agree",
        Check.NAMESPACE: "Host has Hyper-V",
        Check.RIGHTS: "Account may use Hyper-V",
        Check.FILES: "Account may use files",
        Check.DISK_SPACE: "Room where root is",
    }
)
_MAY_WAIT = frozenset({Check.DISK_SPACE})
"""A service starts without it."""


def look_at(conf: cfg.ConfigOpts) -> Mapping[str, Verdict]:
    """Every check of one host by its name. Nothing on the host is changed, and no failure is raised."""
    try:
        host = Host.connect(options.target_of(conf), options.layout_of(conf))
    except HyperVError as error:
        unusable = failure(_text(error.message, error.remedy))
        return dict.fromkeys(NAMES.values(), unusable)
    try:
        return {NAMES[finding.check]: _verdict(finding) for finding in check_host(host)}
    finally:
        host.close()


def _verdict(finding: Finding) -> Verdict:
    if finding.status is Status.OK:
        return GOOD
    if finding.status is Status.SKIPPED:
        return warning(f"not checked: {finding.detail}.")
    detail = _text(finding.detail, finding.remedy)
    return warning(detail) if finding.check in _MAY_WAIT else failure(detail)


def _text(detail: str, remedy: str | None) -> str:
    return " ".join(filter(None, (detail, remedy)))
