"""Numbers and words out of properties and extra specs, refused by name where they are none."""

from __future__ import annotations

import re

from attrs import frozen

from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.violations import BrokenRuleError, Rule, one_of

_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@frozen
class Asked:
    """What was asked for, and by which property or extra spec."""

    subject: str
    value: str


def asked(image: ImageProperties, flavor: Flavor, name: str) -> Asked | None:
    """What the image's ``hw_name`` or the flavor's ``hw:name`` says; ``name`` is without the prefix.

    :raises BrokenRuleError: both say something, and not the same
    """
    by_image, by_flavor = image.get(f"hw_{name}"), flavor.get(f"hw:{name}")
    if by_image is not None and by_flavor is not None and by_image != by_flavor:
        raise BrokenRuleError(
            Rule.PROPERTY_CONFLICT,
            f"hw:{name}",
            f"The flavor says hw:{name}={by_flavor}, but the image says hw_{name}={by_image}.",
            remedy="Remove one of the two, or let them agree.",
        )
    if by_flavor is not None:
        return Asked(f"hw:{name}", by_flavor)
    return None if by_image is None else Asked(f"hw_{name}", by_image)


def asked_of_image(image: ImageProperties, names: tuple[str, ...]) -> Asked | None:
    """What the image says under one of the names that OpenStack has had for one property.

    :raises BrokenRuleError: it says different things under different names
    """
    given = [Asked(name, value) for name in names if (value := image.get(name)) is not None]
    if len({each.value for each in given}) > 1:
        text = ", but ".join(f"{each.subject}={each.value}" for each in given)
        raise BrokenRuleError(
            Rule.PROPERTY_CONFLICT,
            given[0].subject,
            f"These mean the same property: {text}.",
            remedy="Remove one of the two, or let them agree.",
        )
    return given[0] if given else None


def whole_number(rule: Rule, subject: str, value: str, numbers: range) -> int:
    """``value`` as one of ``numbers``, which come in steps of 1.

    :raises BrokenRuleError: it is no number, or none of them
    """
    text = value.strip()
    if _DIGITS.fullmatch(text) and int(text) in numbers:
        return int(text)
    first, last = numbers[0], numbers[-1]
    span = f"a number from {first} to {last}" if first < last else f"{first} only"
    raise BrokenRuleError(rule, subject, f"{subject} is {value!r}; allowed is {span}.")


def yes_or_no(rule: Rule, subject: str, value: str) -> bool:
    """``value`` as a truth.

    :raises BrokenRuleError: it is none
    """
    return TRUTHS[one_of(rule, subject, value.strip().lower(), tuple(TRUTHS))]
