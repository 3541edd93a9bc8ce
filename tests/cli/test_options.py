"""Options of all commands together: none of a command hides one that every command has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import click
import pytest

from openhyperv.cli.main import hv


def commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group, info_name=name)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}", command


@pytest.mark.parametrize(("name", "command"), list(commands(hv, "hv")), ids=str)
def test_an_option_means_one_thing(name: str, command: click.Command) -> None:
    words = [word for option in command.params if isinstance(option, click.Option) for word in option.opts]
    assert [word for word, times in Counter(words).items() if times > 1] == [], name
