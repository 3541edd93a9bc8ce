"""How many processors, and what they show to the guest."""

from __future__ import annotations

from openhyperv.machine.host_version import WINDOWS_2016, HostVersion
from openhyperv.machine.limits import limits_of
from openhyperv.machine.processors import Processors
from openhyperv.machine.remarks import Remarks
from openhyperv.machine.request import MachineRequest
from openhyperv.machine.rules.nested import is_nested
from openhyperv.machine.rules.reading import asked, yes_or_no
from openhyperv.machine.rules.releases import check_release
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule

LIMIT_FEATURES = "hyperv:limit_cpu_features"
HIDE_HYPERVISOR = "hide_hypervisor_id"
IMAGE_HIDE_HYPERVISOR = "img_hide_hypervisor_id"


def processors_of(request: MachineRequest, generation: Generation, remarks: Remarks) -> Processors:
    """The virtual processors.

    :raises BrokenRuleError: fewer than 1, more than the release allows, or a value that is none
    :raises UnsupportedError: the host cannot nest machines, or hide itself
    """
    return Processors(
        _count(request.flavor.vcpus, generation, request.host),
        nested=is_nested(request, remarks),
        limit_features=_limits_features(request),
        hide_hypervisor=_hides_hypervisor(request),
    )


def _count(vcpus: int, generation: Generation, host: HostVersion) -> int:
    most = limits_of(host, generation).vcpus
    if 1 <= vcpus <= most:
        return vcpus
    raise BrokenRuleError(
        Rule.VCPUS,
        "vcpus",
        f"{vcpus} virtual processors; generation {generation} has 1 to {most} on a host {host}.",
    )


def _limits_features(request: MachineRequest) -> bool:
    value = request.flavor.get(LIMIT_FEATURES)
    if value is None:
        return request.policy.limit_cpu_features
    return yes_or_no(Rule.CPU_FEATURES, LIMIT_FEATURES, value)


def _hides_hypervisor(request: MachineRequest) -> bool:
    wanted = asked(request.image, request.flavor, HIDE_HYPERVISOR)
    subject = IMAGE_HIDE_HYPERVISOR if wanted is None else wanted.subject
    value = request.image.get(IMAGE_HIDE_HYPERVISOR) if wanted is None else wanted.value
    if value is None or not yes_or_no(Rule.CPU_FEATURES, subject, value):
        return False
    check_release("Hiding the hypervisor from the guest", WINDOWS_2016, request.host, subject)
    return True
