"""Which generation a machine is of."""

from __future__ import annotations

from openhyperv.errors import UnsupportedError
from openhyperv.machine.host_version import GENERATION_2_SINCE, HostVersion
from openhyperv.machine.properties import ImageProperties
from openhyperv.machine.rules.reading import asked_of_image
from openhyperv.machine.spec import Generation
from openhyperv.machine.violations import BrokenRuleError, Rule, one_of

MACHINE_TYPE = "hw_machine_type"
FIRMWARE_TYPE = "hw_firmware_type"
ARCHITECTURE = ("hw_architecture", "architecture")
"""Today's name in Nova, and the one before."""

BY_MACHINE_TYPE = {"hyperv-gen1": Generation.ONE, "hyperv-gen2": Generation.TWO}
BY_FIRMWARE_TYPE = {"bios": Generation.ONE, "uefi": Generation.TWO}
ARCHITECTURES = ("x86_64", "i686")


def generation_of(image: ImageProperties, host: HostVersion) -> Generation:
    """Decide by ``hw_machine_type``, or by its synonym ``hw_firmware_type``; the default is generation 1.

    :raises BrokenRuleError: an unknown value, or the two contradict each other
    :raises UnsupportedError: generation 2 on a host before Windows Server 2012 R2
    """
    by_machine = _lookup(image, MACHINE_TYPE, Rule.MACHINE_TYPE, BY_MACHINE_TYPE)
    by_firmware = _lookup(image, FIRMWARE_TYPE, Rule.FIRMWARE_TYPE, BY_FIRMWARE_TYPE)
    _agree(image, by_machine, by_firmware)
    generation = by_machine or by_firmware or Generation.ONE
    _host_has(generation, host)
    _architecture_fits(image, generation)
    return generation


def _lookup(
    image: ImageProperties, name: str, rule: Rule, generations: dict[str, Generation]
) -> Generation | None:
    value = image.get(name)
    return None if value is None else generations[one_of(rule, name, value, tuple(generations))]


def _agree(image: ImageProperties, by_machine: Generation | None, by_firmware: Generation | None) -> None:
    if by_machine and by_firmware and by_machine != by_firmware:
        raise BrokenRuleError(
            Rule.FIRMWARE_CONTRADICTION,
            FIRMWARE_TYPE,
            f"{FIRMWARE_TYPE}={image.get(FIRMWARE_TYPE)} means generation {by_firmware}, "
            f"but {MACHINE_TYPE}={image.get(MACHINE_TYPE)} means generation {by_machine}.",
            remedy="Remove one of the two properties, or let them agree (bios with hyperv-gen1, uefi with "
            "hyperv-gen2).",
        )


def _host_has(generation: Generation, host: HostVersion) -> None:
    if generation is Generation.TWO and host < GENERATION_2_SINCE:
        raise UnsupportedError(
            f"Generation 2 needs Windows Server 2012 R2 (6.3) or newer; this host is {host}.",
            target=MACHINE_TYPE,
            remedy="Use a newer host, and set hypervisor_version_requires='>=6.3' on the image.",
        )


def _architecture_fits(image: ImageProperties, generation: Generation) -> None:
    given = asked_of_image(image, ARCHITECTURE)
    if given is None or given.value == "x86_64":
        return
    if given.value not in ARCHITECTURES:
        message = f"Guests of architecture {given.value!r} are not supported."
        raise UnsupportedError(message, target=given.subject)
    if generation is Generation.TWO:
        message = f"Generation 2 runs 64-bit guests only, not {given.value}."
        raise BrokenRuleError(Rule.ARCHITECTURE, given.subject, message)
