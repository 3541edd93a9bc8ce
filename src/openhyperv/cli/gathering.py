"""Several options of a command as one value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeAlias

import attrs

Command: TypeAlias = Callable[..., None]
Option: TypeAlias = Callable[[Command], Command]


def gathered(parameter: str, kind: type[Any], options: Sequence[Option]) -> Option:
    """Add options to a command, which gets them together as that parameter, a value of that kind."""
    names = {each.name for each in attrs.fields(kind)}

    def decorate(command: Command) -> Command:
        @wraps(command)
        def gathering(*positional: Any, **given: Any) -> None:
            own = {name: given.pop(name) for name in list(given) if name in names}
            command(*positional, **given, **{parameter: kind(**own)})

        decorated: Command = gathering
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


def given(words: Any) -> dict[str, Any]:
    """The fields of a value that are not None, by name."""
    return {
        each.name: getattr(words, each.name)
        for each in attrs.fields(type(words))
        if getattr(words, each.name) is not None
    }
