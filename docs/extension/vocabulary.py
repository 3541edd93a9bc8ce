"""The words of images and flavors that the rules read: tables, and commands that set them."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence

from extension.markdown import block, code, table
from openhyperv.machine.rules.reading import TRUTHS
from openhyperv.machine.vocabulary.extra_specs import OPENSTACK_EXTRA_SPECS
from openhyperv.machine.vocabulary.image_properties import IMAGE_PROPERTIES
from openhyperv.machine.vocabulary.own_extra_specs import OWN_EXTRA_SPECS
from openhyperv.machine.vocabulary.words import Choice, Choices, Number, Pattern, Truth, Value, Word


def image_properties() -> str:
    """Every property of an image."""
    rows = [(_name(word), _values(word.value), word.default, word.meaning) for word in IMAGE_PROPERTIES]
    return table(("property", "values", "without it", "meaning"), rows)


def openstack_extra_specs() -> str:
    """OpenStack's extra specs."""
    return _extra_specs(OPENSTACK_EXTRA_SPECS)


def own_extra_specs() -> str:
    """OpenHyperV's own."""
    return _extra_specs(OWN_EXTRA_SPECS)


def image_property_commands() -> str:
    """One command for each property, with what it needs beside it."""
    return _commands(IMAGE_PROPERTIES)


def extra_spec_commands() -> str:
    """One command for each extra spec, and one for the image where it needs something there."""
    return _commands((*OPENSTACK_EXTRA_SPECS, *OWN_EXTRA_SPECS))


def _extra_specs(words: Iterable[Word]) -> str:
    rows = [(_name(word), _values(word.value), word.meaning) for word in words]
    return table(("extra spec", "values", "meaning"), rows)


def _name(word: Word) -> str:
    return code(word.name.replace("{num}", "N"))


def _values(value: Value) -> str:
    match value:
        case Choice(values):
            return ", ".join(map(code, values))
        case Choices(values):
            return f"{', '.join(map(code, values))}, joined by commas"
        case Number(numbers):
            return _span(numbers)
        case Truth():
            return ", ".join(map(code, TRUTHS))
        case Pattern(_, words):
            return words


def _span(numbers: range) -> str:
    first, last = numbers[0], numbers[-1]
    return f"{first} and more" if last >= 2**22 - 1 else f"{first} to {last}"


def _commands(words: Sequence[Word]) -> str:
    return block("\n".join(line for word in words for line in _lines(word.example)))


def _lines(assignments: Sequence[str]) -> Iterable[str]:
    of_flavor = [each for each in assignments if ":" in each.partition("=")[0]]
    of_image = [each for each in assignments if each not in of_flavor]
    if of_flavor:
        yield _command("flavor set", of_flavor, "FLAVOR")
    if of_image:
        yield _command("image set", of_image, "IMAGE")


def _command(verb: str, assignments: Iterable[str], target: str) -> str:
    options = " ".join(f"--property {shlex.quote(each)}" for each in assignments)
    return f"openstack {verb} {options} {target}"
