"""The properties of images that say which hosts they may run on."""

from __future__ import annotations

from openhyperv.machine.rules import generation, host_gate
from openhyperv.machine.vocabulary.words import Choice, Pattern, Word

_ARCHITECTURE, _FORMER_ARCHITECTURE = generation.ARCHITECTURE
_HYPERVISOR, _FORMER_HYPERVISOR = host_gate.HYPERVISOR_TYPE
_VERSIONS, _FORMER_VERSIONS = host_gate.VERSION_REQUIREMENT
_VERSION_TEXT = Pattern(".+", "comparisons such as `>=10.0`, joined by commas")

HOSTS = (
    Word(
        name=_ARCHITECTURE,
        title="Architecture",
        value=Choice(generation.ARCHITECTURES),
        meaning="`i686` in generation 1 only.",
        example=(f"{_ARCHITECTURE}=x86_64",),
    ),
    Word(
        name=_HYPERVISOR,
        title="Hypervisor",
        value=Choice(host_gate.HYPERVISORS),
        meaning="Anything else is refused: the image is for another hypervisor.",
        example=(f"{_HYPERVISOR}=hyperv",),
    ),
    Word(
        name=_VERSIONS,
        title="Versions of Windows",
        value=_VERSION_TEXT,
        meaning="The host has to meet all of them. 6.3 is 2012 R2; 10.0 is 2016 and everything after it. "
        f"Only the parts that are named are compared. A scheduler looks only where `{_HYPERVISOR}` is set.",
        example=(f"{_VERSIONS}=>=10.0", f"{_HYPERVISOR}=hyperv"),
    ),
    Word(
        name=_FORMER_ARCHITECTURE,
        title="Architecture (former name)",
        value=Choice(generation.ARCHITECTURES),
        meaning=f"The former name of `{_ARCHITECTURE}`.",
        example=(f"{_FORMER_ARCHITECTURE}=x86_64",),
    ),
    Word(
        name=_FORMER_HYPERVISOR,
        title="Hypervisor (former name)",
        value=Choice(host_gate.HYPERVISORS),
        meaning=f"The former name of `{_HYPERVISOR}`.",
        example=(f"{_FORMER_HYPERVISOR}=hyperv",),
    ),
    Word(
        name=_FORMER_VERSIONS,
        title="Versions of Windows (former name)",
        value=_VERSION_TEXT,
        meaning=f"The former name of `{_VERSIONS}`.",
        example=(f"{_FORMER_VERSIONS}=>=10.0", f"{_FORMER_HYPERVISOR}=hyperv"),
    ),
)
