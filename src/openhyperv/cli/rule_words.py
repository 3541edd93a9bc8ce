"""Rules of ports in words: ``in,tcp,port=22,remote=10.1.0.0/16,stateful``, after ``allow`` or ``deny``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import click

from openhyperv.machine.port import Action, Direction, PortRange, PortRule, Protocol
from openhyperv.machine.rules.ports import address_text

_DIRECTIONS = {"in": Direction.INCOMING, "out": Direction.OUTGOING}
_PROTOCOLS: Mapping[str, Protocol] = {each.name.lower(): each for each in Protocol}
_ACTIONS = {"allow": Action.ALLOW, "deny": Action.DENY}


def _ports(text: str) -> PortRange:
    first, _, last = text.partition("-")
    return PortRange(int(first), int(last or first))


_VALUES: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "port": ("ports", _ports),
    "remote": ("remote", ip_network),
    "local": ("local", ip_network),
}


_FORM = "in|out[,PROTOCOL][,port=N|N-M][,remote=NET][,local=NET][,stateful]"


class RuleWords(click.ParamType[PortRule]):
    """A rule in words, which is allowed or denied."""

    name = "RULE"

    def __init__(self, action: Action) -> None:
        self._action = action

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> PortRule:
        """The rule."""
        try:
            return _rule(self._action, str(value))
        except (KeyError, ValueError):
            self.fail(f"{value!r} is not {_FORM}", param, ctx)


def _rule(action: Action, text: str) -> PortRule:
    direction, *words = text.lower().split(",")
    said: dict[str, Any] = {}
    for word in words:
        name, value = _meaning(word)
        if name in said:
            raise ValueError(f"{name} is said twice")
        said[name] = value
    return PortRule(_DIRECTIONS[direction], action, **said)


def _meaning(word: str) -> tuple[str, Any]:
    name, sign, text = word.partition("=")
    if sign:
        attribute, read = _VALUES[name]
        return attribute, read(text)
    if word == "stateful":
        return "stateful", True
    return "protocol", _PROTOCOLS[word] if word in _PROTOCOLS else int(word)


class RuleFile(click.ParamType[tuple[PortRule, ...]]):
    """A file of rules: ``allow`` or ``deny`` and a rule on each line; ``#`` begins a comment."""

    name = "FILE"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[PortRule, ...]:
        """The rules, in the order of their lines."""
        try:
            lines = Path(str(value)).read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            self.fail(f"{value}: {error}", param, ctx)
        return tuple(self._rules(str(value), lines, param, ctx))

    def _rules(
        self, file: str, lines: list[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> Iterator[PortRule]:
        for number, line in enumerate(lines, 1):
            words = line.partition("#")[0].split()
            if not words:
                continue
            if len(words) != 2 or words[0] not in _ACTIONS:
                self.fail(f"{file}:{number} is not 'allow RULE' or 'deny RULE'", param, ctx)
            yield RuleWords(_ACTIONS[words[0]]).convert(words[1], param, ctx)


def rule_text(rule: PortRule) -> str:
    """A rule in these words, which a file of rules takes."""
    protocol = rule.protocol.name.lower() if isinstance(rule.protocol, Protocol) else str(rule.protocol)
    words = [rule.action.name.lower() + " " + ("in" if rule.direction is Direction.INCOMING else "out")]
    words.append(protocol)
    words += [f"port={rule.ports}"] if rule.ports is not None else []
    words += [f"remote={address_text(rule.remote)}"] if rule.remote is not None else []
    words += [f"local={address_text(rule.local)}"] if rule.local is not None else []
    words += ["stateful"] if rule.stateful else []
    return ",".join(words)
