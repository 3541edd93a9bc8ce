"""What the guides set on images and flavors is granted by the rules, on some release of Windows."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise

import pytest

from tests.machine.test_vocabulary import granting

from .test_docs import DOCS

GUIDES = sorted((DOCS / "how-to").glob("openstack-*.md"))
COMMAND = re.compile(r"^\$ (?:\S+/)?openstack (?:image|flavor) (?:create|set) (.*)$", re.MULTILINE)
SET_ELSEWHERE = ((), ("hw_machine_type=hyperv-gen2", "os_type=linux"), ("img_pdk_reference=containers/1",))


def settings() -> Iterator[tuple[str, tuple[str, ...]]]:
    """What each command sets, but for traits, which are the scheduler's."""
    for guide in GUIDES:
        for command in COMMAND.findall(guide.read_text("utf-8").replace("\\\n", " ")):
            words = shlex.split(command, comments=True)
            chosen = tuple(value for option, value in pairwise(words) if option == "--property")
            named = tuple(each for each in chosen if not each.startswith("trait:"))
            if named:
                yield guide.stem, named


@pytest.mark.parametrize(("guide", "assignments"), sorted(set(settings())))
def test_what_a_guide_sets_is_granted(guide: str, assignments: tuple[str, ...]) -> None:
    assert any(granting((*assignments, *beside)) for beside in SET_ELSEWHERE), guide


def test_the_guides_set_something() -> None:
    assert len(set(settings())) > 10
