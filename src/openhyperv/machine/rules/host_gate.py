"""Whether the host is one that the image may run on."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

from openhyperv.errors import UnsupportedError
from openhyperv.machine.host_version import WINDOWS_2012, HostVersion
from openhyperv.machine.properties import ImageProperties
from openhyperv.machine.rules.reading import Asked, asked_of_image
from openhyperv.machine.violations import BrokenRuleError, Rule, one_of

# Today's name in Nova, and the one that Glance's images had before and may still have.
HYPERVISOR_TYPE = ("img_hv_type", "hypervisor_type")
VERSION_REQUIREMENT = ("img_hv_requested_version", "hypervisor_version_requires")
HYPERVISORS = ("hyperv",)

_Comparison = Callable[[tuple[int, ...], tuple[int, ...]], bool]
_COMPARISONS: dict[str, _Comparison] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
_CLAUSE = re.compile(r"\s*(<=|>=|==|!=|<|>)\s*(\d{1,9}(?:\.\d{1,9}){0,2})\s*", re.ASCII)


def check_host(image: ImageProperties, host: HostVersion) -> None:
    """Refuse hosts older than Windows Server 2012, and hosts that the image excludes.

    ``hypervisor_version_requires`` is one or more comma-separated comparisons such as ``>=6.3``; only the
    parts of the version that it names are compared, so ``==10.0`` holds on every build of 10.0.

    :raises BrokenRuleError: the requirement cannot be read, or the image is for another hypervisor
    :raises UnsupportedError: the host does not meet the requirement
    """
    if (host.major, host.minor) < (WINDOWS_2012.major, WINDOWS_2012.minor):
        raise UnsupportedError(f"Hosts before Windows Server 2012 (6.2) are not supported; this is {host}.")
    hypervisor = asked_of_image(image, HYPERVISOR_TYPE)
    if hypervisor is not None:
        one_of(Rule.HYPERVISOR_TYPE, hypervisor.subject, hypervisor.value, HYPERVISORS)
    requirement = asked_of_image(image, VERSION_REQUIREMENT)
    if requirement is not None and not _meets(host, requirement):
        raise UnsupportedError(
            f"The image asks for a hypervisor {requirement.value}; this host is {host}.",
            target=requirement.subject,
        )


def _meets(host: HostVersion, requirement: Asked) -> bool:
    holds = [_holds(host, requirement.subject, clause) for clause in requirement.value.split(",")]
    return all(holds)


def _holds(host: HostVersion, subject: str, clause: str) -> bool:
    match = _CLAUSE.fullmatch(clause)
    if match is None:
        raise BrokenRuleError(
            Rule.HOST_VERSION_REQUIREMENT,
            subject,
            f"{clause!r} is no comparison such as >=10.0.",
        )
    wanted = tuple(int(part) for part in match[2].split("."))
    actual = (host.major, host.minor, host.build)[: len(wanted)]
    return _COMPARISONS[match[1]](actual, wanted)
