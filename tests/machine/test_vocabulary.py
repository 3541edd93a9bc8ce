"""The words that are offered to others are those that the rules read."""

from __future__ import annotations

from typing import ClassVar

import pytest
from attrs import evolve

from openhyperv.errors import HyperVError
from openhyperv.machine.design import design_machine
from openhyperv.machine.host_traits import HostTraits
from openhyperv.machine.pci import PciAddress, PciAlias, PciDevice
from openhyperv.machine.properties import Flavor, ImageProperties
from openhyperv.machine.request import DvdRequest, MachineRequest
from openhyperv.machine.rules.reading import TRUTHS
from openhyperv.machine.rules.understood import is_read_of_flavor, is_read_of_image
from openhyperv.machine.vocabulary.extra_specs import EXTRA_SPECS
from openhyperv.machine.vocabulary.image_properties import IMAGE_PROPERTIES
from openhyperv.machine.vocabulary.words import Choice, Choices, Number, Pattern, Truth, Word

from .asking import RELEASES, asking

GPU = PciDevice(PciAddress.parse("0000:3b:00.0"), vendor_id="10de", product_id="1eb8")
EVERYTHING = HostTraits(
    is_guarded=True, has_remotefx=True, is_gpu_partitioning_available=True, pci_devices=(GPU,)
)
WORDS = (*IMAGE_PROPERTIES, *EXTRA_SPECS)
NOT_A_VALUE = {Choice: "nonsense", Choices: "vmx,nonsense", Truth: "perhaps", Number: "-1"}


def request(release: str, assignments: tuple[str, ...]) -> MachineRequest:
    asked = asking(release, " ".join(f"'{assignment}'" for assignment in assignments))
    aliases = (PciAlias("gpu", vendor_id="10de", product_id="1eb8"),)
    return evolve(asked, traits=EVERYTHING, pci_aliases=aliases, dvds=(DvdRequest("dvd"),))


def granting(assignments: tuple[str, ...]) -> list[str]:
    """The releases that grant all of it."""
    granted = []
    for release in RELEASES:
        try:
            design_machine(request(release, assignments))
        except HyperVError:
            continue
        granted.append(release)
    return granted


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.name)
def test_an_example_is_granted_somewhere(word: Word) -> None:
    assert word.example[0].partition("=")[0] in {word.name, word.name.replace("{num}", "0")}
    assert granting(word.example)


@pytest.mark.parametrize(
    "word", [word for word in WORDS if not isinstance(word.value, Pattern)], ids=lambda word: word.name
)
def test_what_is_not_among_the_values_is_refused_everywhere(word: Word) -> None:
    name = word.example[0].partition("=")[0]
    assert not granting((f"{name}={NOT_A_VALUE[type(word.value)]}", *word.example[1:]))


def values_of(word: Word) -> tuple[str, ...]:
    match word.value:
        case Choice(values) | Choices(values):
            return values
        case Truth():
            return tuple(TRUTHS)
        case _:
            return ()


@pytest.mark.parametrize("word", [word for word in WORDS if values_of(word)], ids=lambda word: word.name)
def test_every_value_is_granted_somewhere(word: Word) -> None:
    name, *beside = word.example[0].partition("=")[0], *word.example[1:]
    companies = ((), beside, ["gen2"])
    refused = [
        value
        for value in values_of(word)
        if not any(granting((f"{name}={value}", *company)) for company in companies)
    ]
    assert refused == []


class ReadProperties(ImageProperties):
    """Remembers what is read of it."""

    names: ClassVar[set[str]] = set()

    def get(self, name: str) -> str | None:
        self.names.add(name)
        return super().get(name)


class ReadFlavor(Flavor):
    """Remembers what is read of it."""

    names: ClassVar[set[str]] = set()

    def get(self, name: str) -> str | None:
        self.names.add(name)
        return super().get(name)


def test_the_rules_read_these_words_and_no_others() -> None:
    for word in WORDS:
        for release in granting(word.example):
            asked = request(release, word.example)
            flavor = asked.flavor
            design_machine(
                evolve(
                    asked,
                    image=ReadProperties(asked.image.values),
                    flavor=ReadFlavor(flavor.vcpus, flavor.memory_mb, 0, flavor.extra_specs),
                )
            )
    read = ReadProperties.names | ReadFlavor.names
    assert {name for name in ReadProperties.names if not is_read_of_image(name)} == set()
    assert {name for name in ReadFlavor.names if not is_read_of_flavor(name)} == set()
    assert [word.name for word in WORDS if not any(word.names(name) for name in read)] == []
