"""Whether a machine can run machines of its own."""

from __future__ import annotations

from collections.abc import Iterator

from openhyperv.errors import UnsupportedError
from openhyperv.machine.host_version import WINDOWS_2016, WINDOWS_2022, HostVersion
from openhyperv.machine.remarks import Remarks
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.rules.releases import check_release
from openhyperv.machine.violations import BrokenRuleError, Rule

IMAGE_PROPERTY = "hw_cpu_features"
EXTRA_SPEC = "hw:cpu_features"

SINCE = {"vmx": WINDOWS_2016, "svm": WINDOWS_2022}
"""Intel's and AMD's; Microsoft, "Run Hyper-V in a Virtual Machine with Nested Virtualization"."""


def is_nested(request: MachineRequest, remarks: Remarks) -> bool:
    """True where image or flavor ask for ``vmx`` or ``svm`` (usage guide, "Nested virtualization").

    :raises BrokenRuleError: another feature is asked for
    :raises UnsupportedError: the host is too old, or in a cluster
    """
    wanted = list(_features(request))
    for subject, feature in wanted:
        _check(subject, feature, request.host)
    if not wanted:
        return False
    if request.traits.is_clustered:
        raise UnsupportedError(
            "Nested virtualization does not work on a host that is in a cluster.",
            target=wanted[0][0],
            remedy="Use a host outside of clusters.",
        )
    _remark_on_addresses(request, remarks)
    return True


def _features(request: MachineRequest) -> Iterator[tuple[str, str]]:
    listed = (
        (EXTRA_SPEC, request.flavor.get(EXTRA_SPEC)),
        (IMAGE_PROPERTY, request.image.get(IMAGE_PROPERTY)),
    )
    for subject, value in listed:
        for feature in (value or "").split(","):
            if feature.strip():
                yield subject, feature.strip().lower()


def _check(subject: str, feature: str, host: HostVersion) -> None:
    if feature not in SINCE:
        raise BrokenRuleError(
            Rule.CPU_FEATURES,
            subject,
            f"{subject} asks for {feature!r}; allowed are {', '.join(SINCE)}.",
            remedy="Leave other features out: a guest sees every one of its host that Hyper-V can pass on.",
        )
    check_release(f"Nested virtualization by {feature}", SINCE[feature], host, subject)


def _remark_on_addresses(request: MachineRequest, remarks: Remarks) -> None:
    closed = [each.name for each in request.network_adapters if each.switch and not each.mac_spoofing]
    if closed:
        remarks.add(
            f"The network drops frames of machines inside this one: {', '.join(closed)} may not use other "
            "MAC addresses than its own. Allow MAC spoofing there if they need the network."
        )
