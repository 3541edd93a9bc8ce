"""Every ``openstack`` command of the documentation is one that the client takes."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from openstackclient.shell import OpenStackShell

DOCS = Path(__file__).parents[2] / "docs"
GROUPS = ("openstack.common", "openstack.compute.v2", "openstack.image.v2", "openstack.network.v2")
COMMAND = re.compile(r"^\$ (?:\S+/)?openstack (.*)$", re.MULTILINE)


def documented() -> Iterator[tuple[str, str]]:
    """Each page with each of its commands, without the program's name."""
    for page in sorted(DOCS.rglob("*.md")):
        text = page.read_text().replace("\\\n", " ")
        yield from ((page.stem, found) for found in COMMAND.findall(text))


def words_of(command: str) -> list[str]:
    """The command's words; what a shell would pipe or leave out ends them."""
    words = shlex.split(command, comments=True)
    return words[: words.index("|")] if "|" in words else words


COMMANDS = {point.name.replace("_", " "): point for group in GROUPS for point in entry_points(group=group)}


@pytest.mark.parametrize(("page", "command"), sorted(set(documented())))
def test_the_client_takes_it(page: str, command: str) -> None:
    shell = OpenStackShell()
    given, words = shell.build_option_parser("", "", {}).parse_known_args(words_of(command))
    assert isinstance(given, argparse.Namespace)
    verb = max(
        (name for name in COMMANDS if words[: len(name.split())] == name.split()),
        key=len,
        default=None,
    )
    assert verb is not None, f"{page} has no command: {command}"
    parser = COMMANDS[verb].load()(shell, None).get_parser(verb)
    parser.parse_args(words[len(verb.split()) :])
