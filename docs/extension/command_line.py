"""The commands of ``hv`` and ``hvsim``, from click."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from inspect import cleandoc

import click
from attrs import fields_dict

from extension.markdown import block, code, escape, table
from openhyperv.cli.main import hv
from openhyperv.cli.options import general_options
from openhyperv.cli.profiles import Profile
from openhyperv.emulator.command import main as hvsim


def hv_commands() -> str:
    """Every command of ``hv``; options that all of them share come first."""
    shared = {option.name for option in general_options()}
    general = ["## Options of every command\n", _options(general_options(), hv)]
    return "\n".join([*general, *_below(hv, "hv", 2, shared)])


def hvsim_commands() -> str:
    """Every command of ``hvsim``."""
    return "\n".join(_below(hvsim, "hvsim", 2, frozenset()))


def settings() -> str:
    """What names a host, by option, by variable and by key of a profile."""
    known = fields_dict(Profile)
    options = [option for option in general_options() if option.name in known]
    rows = [
        (code(option.opts[0]), code(f"OPENHYPERV_{_upper(option)}"), code(str(option.name)), _help(option))
        for option in options
    ]
    return table(("option", "variable", "key in a profile", "meaning"), rows)


def _upper(option: click.Option) -> str:
    return str(option.name).upper()


def _below(group: click.Group, name: str, level: int, shared: Set[str]) -> Iterator[str]:
    context = click.Context(group, info_name=name)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        if command is not None:
            yield from _command(command, f"{name} {word}", level, shared)


def _command(command: click.Command, name: str, level: int, shared: Set[str]) -> Iterator[str]:
    yield f"{'#' * level} {name}\n"
    yield _prose(command.help or "")
    if isinstance(command, click.Group):
        yield from _below(command, name, level + 1, shared)
        return
    context = click.Context(command, info_name=name)
    yield block(" ".join([name, *command.collect_usage_pieces(context)]))
    own = [each for each in _options_of(command) if each.name not in shared and each.name != "help"]
    if own:
        yield _options(own, command)


def _prose(text: str) -> str:
    paragraphs = cleandoc(text).split("\n\n")
    return "\n\n".join(escape(paragraph) for paragraph in paragraphs) + "\n"


def _options_of(command: click.Command) -> list[click.Option]:
    return [each for each in command.params if isinstance(each, click.Option) and not each.hidden]


def _options(options: Sequence[click.Option], command: click.Command) -> str:
    context = click.Context(command)
    rows = [(_names(option, context), _help(option), _default(option)) for option in options]
    if any(default for *_, default in rows):
        return table(("option", "meaning", "default"), rows)
    return table(("option", "meaning"), [row[:2] for row in rows])


def _names(option: click.Option, context: click.Context) -> str:
    words = ", ".join([*option.opts, *option.secondary_opts])
    return code(words if option.is_flag else f"{words} {_metavar(option, context)}")


def _metavar(option: click.Option, context: click.Context) -> str:
    is_number = isinstance(option.type, click.IntRange | click.FloatRange)
    return "NUMBER" if is_number and option.metavar is None else option.make_metavar(context)


def _help(option: click.Option) -> str:
    return escape(option.help or "")


def _default(option: click.Option) -> str:
    if option.is_flag or not isinstance(option.default, str | int | float):
        return ""
    return code(str(option.default))
